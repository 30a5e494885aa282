from __future__ import annotations

import pytest
from submissions import a_submission, an_entry

from xdsi_sim.ebrim.xml import child_of, parse
from xdsi_sim.messages.community import aimed_at, targets_of, without_home
from xdsi_sim.messages.submit import SubmitObjectsRequest, read_submit_objects
from xdsi_sim.soap.schema import schema_findings
from xdsi_sim.vocab import NS

HOME, OTHER = "urn:oid:2.999.1", "urn:oid:2.999.2"
SLOTS = f"{{{NS.RS}}}RequestSlotList"
MORE = f"""<lcm:SubmitObjectsRequest xmlns:lcm="{NS.LCM}" xmlns:rs="{NS.RS}" xmlns:rim="{NS.RIM}">
<rs:RequestSlotList><rim:Slot name="more"><rim:ValueList><rim:Value>x</rim:Value></rim:ValueList></rim:Slot>
<rim:Slot name="homeCommunityId"><rim:ValueList><rim:Value> {HOME}
</rim:Value><rim:Value/></rim:ValueList></rim:Slot></rs:RequestSlotList></lcm:SubmitObjectsRequest>"""


def received(text: str) -> SubmitObjectsRequest:
    return read_submit_objects(parse(text.encode()))


@pytest.mark.parametrize("made", [a_submission(), received(a_submission().written().decode())])
def test_a_submission_is_for_whom_it_was_aimed_at(made: SubmitObjectsRequest) -> None:
    assert targets_of(made) == ()
    aimed = aimed_at(made, HOME)
    assert targets_of(received(aimed.written().decode())) == (HOME,)
    assert schema_findings(parse(aimed.written())) == ()
    assert targets_of(aimed_at(aimed, OTHER)) == (OTHER,)
    uniqueIds = [entry.uniqueId for entry in aimed.objects.documentEntries]
    assert uniqueIds == [entry.uniqueId for entry in a_submission().objects.documentEntries]
    assert child_of(aimed_at(aimed, None).element, SLOTS) is None


def test_other_slots_of_the_request_stay() -> None:
    request = received(MORE)
    assert targets_of(request) == (HOME, "")
    assert targets_of(aimed_at(request, OTHER)) == (OTHER,)
    slots = child_of(aimed_at(request, None).element, SLOTS)
    assert slots is not None
    assert [slot.get("name") for slot in slots] == ["more"]


def test_objects_lose_the_home_of_their_own_community_alone() -> None:
    entries = (an_entry(1, homeCommunityId=HOME), an_entry(2, homeCommunityId=OTHER))
    changed = without_home(a_submission(entries=entries), HOME)
    homes = [entry.homeCommunityId for entry in received(changed.written().decode()).objects.documentEntries]
    assert homes == [None, OTHER]
