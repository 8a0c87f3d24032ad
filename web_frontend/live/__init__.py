"""What changes while somebody looks: the API's streams, handed on to the pages of who is signed in."""
