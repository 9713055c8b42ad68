#include "crapidjson.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

using namespace rapidjson;

struct cj_writer {
    explicit cj_writer(bool pretty) : plain(buffer), indented(buffer), is_pretty(pretty) { indented.SetIndent('\t', 1); }

    // Calls `write` with the writer that was asked for.
    template <typename Write> void with(Write write) { is_pretty ? write(indented) : write(plain); }

    StringBuffer buffer;
    Writer<StringBuffer> plain;
    PrettyWriter<StringBuffer> indented;
    const bool is_pretty;
};

cj_writer *cj_writer_new(bool pretty) { return new cj_writer(pretty); }

void cj_writer_free(cj_writer *writer) { delete writer; }

struct cj_string cj_writer_text(const cj_writer *writer) { return {writer->buffer.GetString(), writer->buffer.GetSize()}; }

void cj_write_null(cj_writer *writer)
{
    writer->with([](auto &to) { to.Null(); });
}

void cj_write_bool(cj_writer *writer, bool value)
{
    writer->with([=](auto &to) { to.Bool(value); });
}

void cj_write_int64(cj_writer *writer, int64_t value)
{
    writer->with([=](auto &to) { to.Int64(value); });
}

void cj_write_uint64(cj_writer *writer, uint64_t value)
{
    writer->with([=](auto &to) { to.Uint64(value); });
}

void cj_write_number(cj_writer *writer, const char *text, size_t length)
{
    writer->with([=](auto &to) { to.RawValue(text, length, kNumberType); });
}

void cj_write_string(cj_writer *writer, const char *start, size_t length)
{
    writer->with([=](auto &to) { to.String(start, static_cast<SizeType>(length)); });
}

void cj_write_key(cj_writer *writer, const char *start, size_t length)
{
    writer->with([=](auto &to) { to.Key(start, static_cast<SizeType>(length)); });
}

void cj_begin_object(cj_writer *writer)
{
    writer->with([](auto &to) { to.StartObject(); });
}

void cj_end_object(cj_writer *writer)
{
    writer->with([](auto &to) { to.EndObject(); });
}

void cj_begin_array(cj_writer *writer)
{
    writer->with([](auto &to) { to.StartArray(); });
}

void cj_end_array(cj_writer *writer)
{
    writer->with([](auto &to) { to.EndArray(); });
}
