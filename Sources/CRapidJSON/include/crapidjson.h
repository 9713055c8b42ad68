// RapidJSON for Swift: what is read is a tree that its document owns, what is written is a stream of values.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// MARK: reading

typedef struct cj_document cj_document;
typedef struct cj_value cj_value;

struct cj_failure {
    enum cj_failure_kind { CJ_EMPTY, CJ_UNFINISHED, CJ_TOO_DEEP, CJ_MALFORMED } kind;
    // Counted in bytes from the beginning of the text.
    size_t offset;
    // A sentence.
    const char *problem;
};

// The bytes of a string. Whether they are UTF-8 nobody has looked.
struct cj_string {
    // Ended by a NUL; others may be among them.
    const char *start;
    size_t length;
};

// NULL, and why, where the text is not one JSON value of at most `maximum_depth` objects and arrays in one another.
cj_document *cj_document_new(const char *text, size_t length, unsigned maximum_depth, struct cj_failure *failure);
void cj_document_free(cj_document *document);
// Borrowed from the document, as is every value.
const cj_value *cj_document_root(const cj_document *document);

bool cj_is_null(const cj_value *value);
bool cj_is_object(const cj_value *value);
bool cj_is_array(const cj_value *value);

// Each is false where the value is something else; a number with a fraction or an exponent is not a whole one.
bool cj_get_bool(const cj_value *value, bool *result);
bool cj_get_int64(const cj_value *value, int64_t *result);
bool cj_get_uint64(const cj_value *value, uint64_t *result);
bool cj_get_double(const cj_value *value, double *result);
bool cj_get_string(const cj_value *value, struct cj_string *result);

// Of an array.
size_t cj_element_count(const cj_value *array);
const cj_value *cj_element(const cj_value *array, size_t index);

// Of an object. Of several members of the same key the last one counts; NULL where there is none.
const cj_value *cj_find(const cj_value *object, const char *key, size_t length);
size_t cj_member_count(const cj_value *object);
const cj_value *cj_member(const cj_value *object, size_t index, struct cj_string *key);

// MARK: writing

typedef struct cj_writer cj_writer;

// Pretty: indented with tabs, a line for each value.
cj_writer *cj_writer_new(bool pretty);
void cj_writer_free(cj_writer *writer);
// What was written until now.
struct cj_string cj_writer_text(const cj_writer *writer);

void cj_write_null(cj_writer *writer);
void cj_write_bool(cj_writer *writer, bool value);
void cj_write_int64(cj_writer *writer, int64_t value);
void cj_write_uint64(cj_writer *writer, uint64_t value);
// A number's text, as it is.
void cj_write_number(cj_writer *writer, const char *text, size_t length);
void cj_write_string(cj_writer *writer, const char *start, size_t length);
void cj_write_key(cj_writer *writer, const char *start, size_t length);
void cj_begin_object(cj_writer *writer);
void cj_end_object(cj_writer *writer);
void cj_begin_array(cj_writer *writer);
void cj_end_array(cj_writer *writer);

#ifdef __cplusplus
}
#endif
