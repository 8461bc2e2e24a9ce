from django.urls import URLPattern, URLResolver, path

from learners.views import areas, courses, external_records, methods, reassignment, roles, workers

app_name = "learners"
urlpatterns: list[URLPattern | URLResolver] = [
    path("library/areas/", areas.areas, name="areas"),
    path("library/areas/<int:pk>/", areas.area, name="area"),
    path("library/areas/<int:pk>/delete/", areas.area_delete, name="area_delete"),
    path("library/areas/<int:pk>/edit/", areas.area_edit, name="area_edit"),
    path("library/areas/<int:pk>/requirements/<int:course_id>/", areas.area_requirement, name="area_requirement"),
    path(
        "library/areas/<int:pk>/requirements/<int:course_id>/remove/",
        areas.area_requirement_remove,
        name="area_requirement_remove",
    ),
    path("library/areas/<int:pk>/requirements/new/", areas.area_requirement_new, name="area_requirement_new"),
    path("library/areas/<int:pk>/trail/", areas.area_trail, name="area_trail"),
    path("library/areas/new/", areas.area_new, name="area_new"),
    path("library/courses/<int:pk>/askers/", courses.course_askers, name="course_askers"),
    path("library/courses/<int:pk>/delete/", courses.course_delete, name="course_delete"),
    path("library/methods/", methods.methods, name="methods"),
    path("library/methods/<int:pk>/", methods.method_edit, name="method_edit"),
    path("library/methods/new/", methods.method_new, name="method_new"),
    path("library/roles/", roles.roles, name="roles"),
    path("library/roles/<int:pk>/", roles.role, name="role"),
    path("library/roles/<int:pk>/delete/", roles.role_delete, name="role_delete"),
    path("library/roles/<int:pk>/edit/", roles.role_edit, name="role_edit"),
    path("library/roles/<int:pk>/requirements/<int:course_id>/", roles.role_requirement, name="role_requirement"),
    path(
        "library/roles/<int:pk>/requirements/<int:course_id>/remove/",
        roles.role_requirement_remove,
        name="role_requirement_remove",
    ),
    path("library/roles/<int:pk>/requirements/new/", roles.role_requirement_new, name="role_requirement_new"),
    path("library/roles/<int:pk>/trail/", roles.role_trail, name="role_trail"),
    path("library/roles/new/", roles.role_new, name="role_new"),
    path("workers/<int:pk>/badge/", workers.worker_badge, name="worker_badge"),
    path("workers/<int:pk>/edit/", workers.worker_edit, name="worker_edit"),
    path("workers/<int:pk>/merge/", workers.worker_merge, name="worker_merge"),
    path("workers/<int:pk>/merge/undo/", workers.worker_unmerge, name="worker_unmerge"),
    path("workers/<int:pk>/records/new/", external_records.worker_record_new, name="worker_record_new"),
    path("workers/<int:pk>/return/", workers.worker_return, name="worker_return"),
    path("workers/<int:pk>/status/", workers.worker_status, name="worker_status"),
    path("workers/change/", reassignment.workers_change, name="workers_change"),
    path("workers/new/", workers.worker_new, name="worker_new"),
]
