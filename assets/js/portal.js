// Everything an agent's page does beyond HTML. Each module binds by data attributes.
import "./page.js";
