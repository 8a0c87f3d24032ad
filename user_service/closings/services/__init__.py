"""The use-cases of closing an account, one per file; the only writers of closings."""

from user_service.closings.services.closing_decide import closing_decide
from user_service.closings.services.closing_request import closing_request, closings_request_again
