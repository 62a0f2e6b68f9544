"""How each language writes dates and figures, where Django’s own way would not be understood everywhere."""
