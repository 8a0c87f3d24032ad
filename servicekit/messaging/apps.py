from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "servicekit.messaging"
    label = "messaging"
    verbose_name = "Events"
