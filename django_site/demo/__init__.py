"""The demonstration: the whole way from a brief to a released film, on real media, through the services of the site."""
