// Nothing: cmake/precompiled.h needs a target that it belongs to.
