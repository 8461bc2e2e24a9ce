from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.attempts import CountedBy, counter, forget


class Command(BaseCommand):
    help = "Let a login, or an address, try passwords again at once, instead of waiting."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", help="of the login, guessed by strangers from many addresses")
        parser.add_argument("--address", help="an IPv4 address, or an IPv6 network as 2001:db8::/64")

    def handle(self, *args: Any, **options: Any) -> None:
        name, address = options["name"], options["address"]
        if not name and not address:
            raise CommandError("Say who: --name, --address, or both for one name at one address.")
        counters = []
        if name:
            counters.append(counter(CountedBy.NAME, name))
        if address:
            counters += [counter(CountedBy.ADDRESS, address), counter(CountedBy.TOKEN_FROM_ADDRESS, address)]
        if name and address:
            counters.append(counter(CountedBy.NAME_FROM_ADDRESS, name, address))
        self.stdout.write("Done." if forget(counters) else "Nothing was counted.")
