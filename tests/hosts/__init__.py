"""A system whose servers of data are on hosts of their own: network namespaces with a cable each."""
