# Towards destinations: the HTTP client, and files.
find_package(ZLIB REQUIRED)

octroi_gateway_part(gateway_sender
  SOURCES
    sender/address.cc
    sender/answer.cc
    sender/connection.cc
    sender/export_folder.cc
    sender/gzip.cc
    sender/http_sender.cc
    sender/resolver.cc
    sender/senders.cc
    sender/target.cc
  USES base crypto rules policies journal
  EXTERNAL Poco::Foundation Poco::Net Poco::NetSSL ZLIB::ZLIB)
