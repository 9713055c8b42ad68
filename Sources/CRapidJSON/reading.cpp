#include "crapidjson.h"

// Every compiler for these has them: strings are looked through sixteen bytes at a time.
#if defined(__SSE2__)
#define RAPIDJSON_SSE2
#elif defined(__ARM_NEON)
#define RAPIDJSON_NEON
#endif

#include <algorithm>
#include <cstring>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

using namespace rapidjson;

namespace {

// What the reader hands its findings to.
class Tree : public Document {
public:
    Tree(MemoryPoolAllocator<> &allocator, unsigned maximum_depth) : Document(&allocator), maximum_depth(maximum_depth) {}

    bool is_too_deep() const { return depth > maximum_depth; }

    bool StartObject() { return ++depth <= maximum_depth && Document::StartObject(); }
    bool StartArray() { return ++depth <= maximum_depth && Document::StartArray(); }
    bool EndObject(SizeType count) { return --depth, Document::EndObject(count); }
    bool EndArray(SizeType count) { return --depth, Document::EndArray(count); }

private:
    const unsigned maximum_depth;
    unsigned depth = 0;
};

// Strings stay where they are, in a text of the document's own. Iterative, so that no text can use up the stack.
constexpr unsigned flags = kParseInsituFlag | kParseIterativeFlag | kParseFullPrecisionFlag;

const Value &of(const cj_value *value) { return *reinterpret_cast<const Value *>(value); }
const cj_value *as(const Value &value) { return reinterpret_cast<const cj_value *>(&value); }

} // namespace

// Its memory comes in few pieces: the first one does for most.
struct cj_document {
    cj_document(size_t length, unsigned maximum_depth)
        : allocator(std::clamp<size_t>(4 * length, 1 << 10, 1 << 16)), tree(allocator, maximum_depth) {}

    MemoryPoolAllocator<> allocator;
    Tree tree;
};

cj_document *cj_document_new(const char *text, size_t length, unsigned maximum_depth, struct cj_failure *failure)
{
    cj_document *document = new cj_document(length, maximum_depth);
    char *own = static_cast<char *>(document->allocator.Malloc(length + 1));
    memcpy(own, text, length);
    own[length] = '\0';
    InsituStringStream stream(own);
    Reader reader;
    ParseResult result;
    auto parse = [&](Document &) { return !(result = reader.Parse<flags>(stream, document->tree)).IsError(); };
    document->tree.Populate(parse);
    // A NUL character looks like the end.
    if (!result.IsError() && stream.Tell() != length)
        result.Set(kParseErrorDocumentRootNotSingular, stream.Tell());
    if (!result.IsError())
        return document;
    failure->kind = document->tree.is_too_deep()                 ? cj_failure::CJ_TOO_DEEP
                    : result.Code() == kParseErrorDocumentEmpty ? cj_failure::CJ_EMPTY
                    : result.Offset() == length                 ? cj_failure::CJ_UNFINISHED
                                                                : cj_failure::CJ_MALFORMED;
    failure->offset = result.Offset();
    failure->problem = GetParseError_En(result.Code());
    delete document;
    return nullptr;
}

void cj_document_free(cj_document *document) { delete document; }

const cj_value *cj_document_root(const cj_document *document) { return as(document->tree); }

bool cj_is_null(const cj_value *value) { return of(value).IsNull(); }
bool cj_is_object(const cj_value *value) { return of(value).IsObject(); }
bool cj_is_array(const cj_value *value) { return of(value).IsArray(); }

bool cj_get_bool(const cj_value *value, bool *result)
{
    *result = of(value).IsTrue();
    return of(value).IsBool();
}

bool cj_get_int64(const cj_value *value, int64_t *result)
{
    if (!of(value).IsInt64())
        return false;
    *result = of(value).GetInt64();
    return true;
}

bool cj_get_uint64(const cj_value *value, uint64_t *result)
{
    if (!of(value).IsUint64())
        return false;
    *result = of(value).GetUint64();
    return true;
}

bool cj_get_double(const cj_value *value, double *result)
{
    if (!of(value).IsNumber())
        return false;
    *result = of(value).GetDouble();
    return true;
}

bool cj_get_string(const cj_value *value, struct cj_string *result)
{
    if (!of(value).IsString())
        return false;
    *result = {of(value).GetString(), of(value).GetStringLength()};
    return true;
}

size_t cj_element_count(const cj_value *array) { return of(array).Size(); }

const cj_value *cj_element(const cj_value *array, size_t index) { return as(of(array)[static_cast<SizeType>(index)]); }

const cj_value *cj_find(const cj_value *object, const char *key, size_t length)
{
    for (auto member = of(object).MemberEnd(); member != of(object).MemberBegin();) {
        --member;
        if (member->name.GetStringLength() == length && memcmp(member->name.GetString(), key, length) == 0)
            return as(member->value);
    }
    return nullptr;
}

size_t cj_member_count(const cj_value *object) { return of(object).MemberCount(); }

const cj_value *cj_member(const cj_value *object, size_t index, struct cj_string *key)
{
    auto member = of(object).MemberBegin() + static_cast<ptrdiff_t>(index);
    *key = {member->name.GetString(), member->name.GetStringLength()};
    return as(member->value);
}
