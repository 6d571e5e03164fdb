# The build fails when a room includes what docs/rooms.txt does not let it; looked at again whenever a source may have changed.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
add_custom_target(rooms ALL
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/.ci/rooms --root ${PROJECT_SOURCE_DIR} --stamp ${PROJECT_BINARY_DIR}/rooms.stamp
  COMMENT "Checking that every room includes only what it may"
  VERBATIM)
