"""The addresses of the catalogue in the administration, below /desk/admin/."""

from django.urls import path

from . import builder, handling, items, orders, services

urlpatterns = [
    path("services", services.services, name="admin_services"),
    path("services/new", services.service, name="admin_service_new"),
    path("services/usual", services.add_usual, name="admin_services_usual"),
    path("services/<int:pk>", services.service, name="admin_service"),
    path("services/<int:pk>/removal", services.removal, name="admin_service_removal"),
    path("items", items.items, name="admin_items"),
    path("items/new", items.item, name="admin_item_new"),
    path("items/<int:pk>", items.item, name="admin_item"),
    path("items/<int:pk>/removal", items.removal, name="admin_item_removal"),
    path("items/<int:pk>/orders", handling.orders, name="admin_item_orders"),
    path("items/<int:pk>/form", builder.builder, name="admin_item_form"),
    path("items/<int:pk>/form/fields/new", builder.field, name="admin_item_field_new"),
    path("items/<int:pk>/form/field/<slug:key>", builder.field, name="admin_item_field"),
    path("items/<int:pk>/form/order", builder.change, name="admin_item_change"),
    path("forms/<int:pk>", builder.version, name="admin_form_version"),
    path("forms/<int:pk>/withdrawal", builder.withdrawal, name="admin_form_withdrawal"),
]

at_work = [  # below /desk/
    path("orders/new", orders.whom, name="ordering"),
    path("orders/new/<int:pk>", orders.order, name="order"),
    path("approvals", orders.approvals, name="approvals"),
    path("approvals/<int:pk>", orders.approval, name="approval"),
    path("tickets/<int:number>/order", orders.beside, name="ticket_order"),
    path("tickets/<int:number>/order/answers", orders.change, name="order_change"),
    path("tickets/<int:number>/order/withdrawal", orders.withdrawal, name="order_withdrawal"),
]
