from django.urls import URLPattern, URLResolver, path

from learners.views import external_records

app_name = "learners"
urlpatterns: list[URLPattern | URLResolver] = [
    path("workers/<int:pk>/records/new/", external_records.worker_record_new, name="worker_record_new"),
]
