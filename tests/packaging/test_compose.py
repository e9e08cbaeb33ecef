"""What packaging/ promises, as far as it can be read."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from ruamel.yaml import YAML

from appliance.api.networks import Proxies

PACKAGING = Path(__file__).parents[2] / "packaging"


def test_compose_believes_the_gateway_of_its_own_network_and_nobody_else():
    said = YAML(typ="safe").load((PACKAGING / "compose.yaml").read_text("utf-8"))
    trusted = Proxies.parse(
        said["services"]["appliance"]["environment"]["APPLIANCE_TRUSTED_PROXIES"]
    )
    (network,) = said["networks"]["default"]["ipam"]["config"]

    subnet = ipaddress.ip_network(network["subnet"])
    assert subnet.num_addresses <= 16
    assert [one for one in subnet if str(one) in trusted] == [
        ipaddress.ip_address(network["gateway"])
    ]
    assert sum(one.num_addresses for one in trusted.networks) == 1
