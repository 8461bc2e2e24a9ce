from django.urls import URLPattern, URLResolver, path

from attendance.views import sheet

app_name = "attendance"
urlpatterns: list[URLPattern | URLResolver] = [
    path("sessions/<int:pk>/sheet.pdf", sheet.session_sheet, name="session_sheet"),
]
