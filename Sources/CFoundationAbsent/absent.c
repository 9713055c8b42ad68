// What ArgumentParser names of FoundationEssentials: an encoder for --experimental-dump-help, which is not for us, and the
// protocol LocalizedError, to which no error of ours conforms. With the real ones the executable would be half as large
// again, and each of the runtime's searches for a conformance, three dozen when a command line is parsed, a third longer.
//
// A version of ArgumentParser that names more brings FoundationEssentials back, and the linker says that these are there twice.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void absent(void)
{
    static const char refusal[] = "runc: --experimental-dump-help: not supported (hint: see runc --help)\n";

    // Nothing is left to say where the standard error is closed.
    exit(write(STDERR_FILENO, refusal, sizeof refusal - 1) < 0 ? 2 : 1);
}

#define ABSENT(function, name) extern void function(void) __asm__(name) __attribute__((alias("absent")))

ABSENT(encoder_class, "$s20FoundationEssentials11JSONEncoderCMa");
ABSENT(encoder_init, "$s20FoundationEssentials11JSONEncoderCACycfc");
ABSENT(encoder_sorted, "$s20FoundationEssentials11JSONEncoderC16OutputFormattingV10sortedKeysAEvau");
ABSENT(encoder_pretty, "$s20FoundationEssentials11JSONEncoderC16OutputFormattingV13prettyPrintedAEvau");
ABSENT(string_from_data, "$sSS20FoundationEssentialsE4data8encodingSSSgAA4DataVh_SSAAE8EncodingVtcfC");
ABSENT(string_utf8, "$sSS20FoundationEssentialsE8EncodingV4utf8ACvau");

// A protocol's descriptor (Swift: include/swift/ABI/Metadata.h, TargetProtocolDescriptor): flags, then where the module, the
// name and the requirements are. It is only compared with those that types conform to, and none is this one.
extern const int32_t localized_error[6] __asm__("$s20FoundationEssentials14LocalizedErrorMp");
const int32_t localized_error[6] = {
    3 /* a protocol */ | 1 << 6 /* the only descriptor of it */ | 1 << 16 /* not only for classes */,
};
