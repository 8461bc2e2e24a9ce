"""The sign-in sheet to print."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from attendance.papers.sheet import file_name, print_sheet
from attendance.selectors.sheet import sheet_of
from training.core.permissions import Permission, check_may, may, requires


@requires(Permission.READ_SESSION)
@require_safe
def session_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the PDF of the list as it is now."""
    sheet = sheet_of(pk)
    check_may(request.user, Permission.READ_SESSION, sheet.session)
    return HttpResponse(
        print_sheet(sheet, printed_at=timezone.now(), names_roles=may(request.user, Permission.READ_SITE)),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{file_name(sheet.session)}"'},
    )
