"""What Meta's channels share: how webhooks are signed, how the Graph API is called and refuses."""
