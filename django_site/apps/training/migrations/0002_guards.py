"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import append_only, refuse

_CONFIRMED = "EXISTS (SELECT 1 FROM training_trainingrun r WHERE r.id = {row}.run_id AND r.confirmed_at IS NOT NULL)"


class Migration(migrations.Migration):
    dependencies = [("training", "0001_models"), ("audits", "0003_outputs"), ("productions", "0003_looks_of_models")]

    operations = [
        *[
            refuse(
                f"training_run_was_allowed_{event.lower()}",
                table="training_trainingrun",
                on=event,
                when="NEW.decision_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audits_decision d "
                "WHERE d.id = NEW.decision_id AND d.point = 'train' AND d.outcome = 'allow')",
                message="nothing is trained that the policies did not allow",
            )
            for event in ("INSERT", "UPDATE")
        ],
        refuse(
            "training_run_keeps_what_was_confirmed",
            table="training_trainingrun",
            on="UPDATE",
            when="OLD.confirmed_at IS NOT NULL AND (NEW.set_sha256 <> OLD.set_sha256 OR NEW.seed <> OLD.seed "
            "OR NEW.steps <> OLD.steps OR NEW.kind <> OLD.kind OR NEW.name <> OLD.name "
            "OR NEW.decision_id IS DISTINCT FROM OLD.decision_id)",
            message="what a training learns from is fixed once it is confirmed: plan another",
        ),
        *[
            refuse(
                f"{table}_of_confirmed_{event.lower()}",
                table=table,
                on=event,
                when=_CONFIRMED.format(row="NEW" if event == "INSERT" else "OLD"),
                message="what a training learns from is fixed once it is confirmed: plan another",
            )
            for table in ("training_trainingwork", "training_trainingperson")
            for event in ("INSERT", "UPDATE", "DELETE")
        ],
        refuse(
            "trained_model_stays_flagged",
            table="training_trainedmodel",
            on="UPDATE",
            when="(OLD.state = 'flagged' AND NEW.state <> 'flagged') OR NEW.weights_sha256 <> OLD.weights_sha256 "
            "OR NEW.lineage_sha256 <> OLD.lineage_sha256 OR NEW.run_id <> OLD.run_id",
            message="a model that was flagged stays so, and keeps its digests: train another",
        ),
        *append_only("training_modelflag", what="why a model is flagged"),
        refuse(
            "generation_by_flagged_model",
            table="productions_generationrecord",
            on="INSERT",
            when="NEW.trained_model_id IS NOT NULL AND EXISTS (SELECT 1 FROM training_trainedmodel m "
            "WHERE m.id = NEW.trained_model_id AND m.state = 'flagged')",
            message="a model that was flagged makes nothing new: choose another look",
        ),
        refuse(
            "take_rendered_by_flagged_model",
            table="productions_take",
            on="UPDATE",
            when="NEW.state = 'rendering' AND EXISTS (SELECT 1 FROM productions_generationrecord g "
            "JOIN training_trainedmodel m ON m.id = g.trained_model_id "
            "WHERE g.id = NEW.generation_id AND m.state = 'flagged')",
            message="a model that was flagged makes nothing new: choose another look",
        ),
    ]
