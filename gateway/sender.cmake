# Towards destinations: the HTTP client, files, and tables.
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)

octroi_gateway_part(gateway_sender
  SOURCES
    sender/address.cc
    sender/answer.cc
    sender/answer_reader.cc
    sender/connection.cc
    sender/export_folder.cc
    sender/gzip.cc
    sender/http_sender.cc
    sender/postgres_link.cc
    sender/resolver.cc
    sender/senders.cc
    sender/sql_sender.cc
    sender/target.cc
  USES base crypto rules policies journal
  EXTERNAL llhttp Poco::Foundation Poco::Net Poco::NetSSL PkgConfig::PQ ZLIB::ZLIB)
