"""The company's place at Fracttal One, and the accounts there that its people linked."""
