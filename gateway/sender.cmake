# The HTTP client towards destinations.
octroi_gateway_part(gateway_sender
  SOURCES
    sender/address.cc
    sender/answer.cc
    sender/connection.cc
    sender/http_sender.cc
    sender/resolver.cc
    sender/target.cc
  USES base crypto rules policies journal
  EXTERNAL Poco::Foundation Poco::Net Poco::NetSSL)
