# What is shipped (Release) besides what every build has; tests/image/test_hardened.py reads the result.
include(CheckCXXCompilerFlag)
include(CheckPIESupported)
check_pie_supported()

# What leaves a call's or a jump's target to an attacker: shadow stacks and landing pads on x86-64, signed return
# addresses and landing pads on arm64. Compilers of other architectures have neither.
foreach(flag fcf-protection=full mbranch-protection=standard)
  check_cxx_compiler_flag(-${flag} DSP_HAS_${flag})
  if(DSP_HAS_${flag})
    list(APPEND hardening -${flag})
  endif()
endforeach()
list(APPEND hardening -fstack-clash-protection -fvisibility=hidden -fvisibility-inlines-hidden)
# The third level knows sizes that are computed while running; before GCC 12 it is a warning.
set(fortify $<IF:$<VERSION_LESS:$<CXX_COMPILER_VERSION>,12>,2,3>)

target_compile_options(dsp_flags INTERFACE ${hardening})
target_compile_definitions(dsp_flags INTERFACE _FORTIFY_SOURCE=${fortify})
target_link_options(dsp_flags INTERFACE LINKER:-z,noexecstack)
# Debian's start files do not say that they bear a shadow stack, as all that only calls and returns does; so the linker
# has to be told. No such claim is made of landing pads: they have none.
if(DSP_HAS_fcf-protection=full)
  target_link_options(dsp_flags INTERFACE LINKER:-z,shstk)
endif()
