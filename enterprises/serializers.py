"""Enterprises and designations as the API tells them."""

from rest_framework import serializers

from enterprises.models import Activity, Designation, Enterprise


class RegionOut(serializers.Serializer):
    """A region of GB/T 2260."""

    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()


class EnterpriseOut(serializers.Serializer[Enterprise]):
    """An enterprise of the directory. `group` is the code of the group it belongs to."""

    uscc = serializers.CharField(allow_null=True)
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    region = RegionOut()
    group = serializers.CharField(source="parent.uscc", default=None, allow_null=True)
    activities = serializers.ListField(child=serializers.ChoiceField(Activity.choices))
    is_group = serializers.BooleanField()
    designated = serializers.BooleanField(help_text="Whether a designation stands today.")


class DesignationOut(serializers.Serializer[Designation]):
    """A designation; `valid_to` is the last day, null leaves it open."""

    uscc = serializers.CharField(source="enterprise.uscc")
    name_zh = serializers.CharField(source="enterprise.name_zh")
    name_en = serializers.CharField(source="enterprise.name_en")
    activity = serializers.ChoiceField(Activity.choices)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    document = serializers.CharField()
    end_reason = serializers.CharField(allow_blank=True)


class SiteOut(serializers.Serializer):
    """A mine or plant."""

    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    region = RegionOut()
    activity = serializers.ChoiceField(Activity.choices)


class EnterpriseDetailOut(EnterpriseOut):
    """An enterprise with its sites and all its designations."""

    sites = SiteOut(many=True)
    designations = DesignationOut(many=True)
