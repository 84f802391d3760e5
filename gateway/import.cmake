# Files of events: what they are written in, and what stands in them. Knows no gateway and no config
# but for the names of columns.
octroi_gateway_part(gateway_import
  SOURCES
    import/checkpoint.cc
    import/csv_dialect.cc
    import/csv_reader.cc
    import/file_bytes.cc
    import/import_file.cc
    import/items.cc
    import/row_event.cc
    import/text_file.cc
  USES base crypto rules policies
  PARTS
  EXTERNAL ZLIB::ZLIB json Poco::Foundation)
