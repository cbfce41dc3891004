"""How allauth behaves here: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """An organisation creates its people; a public sign-up page would let anyone into the house."""

    def is_open_for_signup(self, request) -> bool:
        return False
