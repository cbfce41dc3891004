"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import append_only, refuse


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0001_initial"),
    ]

    operations = [
        *append_only("reviews_reviewaction", what="what a reviewer did"),
        *append_only("reviews_accesslog", what="the access log"),
        refuse(
            "reviews_four_eyes",
            table="reviews_reviewaction",
            on="INSERT",
            when="NEW.kind = 'approve' AND EXISTS (SELECT 1 FROM reviews_case c WHERE c.id = NEW.case_id "
            "AND c.opened_by_id = NEW.actor_id)",
            message="whoever asked for a review does not approve it",
        ),
        *[
            refuse(
                f"reviews_case_enough_approvals_{event.lower()}",
                table="reviews_case",
                on=event,
                when="NEW.state = 'approved' AND (SELECT COUNT(DISTINCT a.actor_id) FROM reviews_reviewaction a "
                "WHERE a.case_id = NEW.id AND a.kind = 'approve') < NEW.approvals_needed",
                message="a case is approved by as many people as it needs",
            )
            for event in ("INSERT", "UPDATE")
        ],
    ]
