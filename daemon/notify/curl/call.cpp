// The one user of libcurl.
#include "notify/curl/functions.h"
#include "os/module.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <type_traits>

namespace mailquotad::notify {

namespace {

using Failure = HttpAnswer::Failure;

// URL and headers may be secrets, and libcurl keeps copies of them: it is given memory that is wiped before it is free.
void wiped_free(void* memory) {
    if (memory != nullptr)
        ::explicit_bzero(memory, ::malloc_usable_size(memory));
    std::free(memory);
}

void* wiped_realloc(void* memory, std::size_t size) {
    void* const other = std::malloc(size);
    if (other != nullptr && memory != nullptr) {
        std::memcpy(other, memory, std::min(size, ::malloc_usable_size(memory)));
        wiped_free(memory);
    }
    return other;
}

/// libcurl, started by the first call.
void start_curl() {
    static const CURLcode started =
        curl_global_init_mem(CURL_GLOBAL_DEFAULT, &std::malloc, &wiped_free, &wiped_realloc, &::strdup, &std::calloc);
    if (started != CURLE_OK)
        throw std::runtime_error("libcurl cannot be started");
}

class HeaderList {
public:
    explicit HeaderList(const std::vector<std::string>& lines) {
        for (const std::string& line : lines) {
            curl_slist* const longer = curl_slist_append(list_, line.c_str());
            if (longer == nullptr) {
                curl_slist_free_all(list_);
                throw std::bad_alloc();
            }
            list_ = longer;
        }
    }
    ~HeaderList() { curl_slist_free_all(list_); }
    HeaderList(const HeaderList&) = delete;
    HeaderList& operator=(const HeaderList&) = delete;
    [[nodiscard]] curl_slist* get() const { return list_; }

private:
    curl_slist* list_ = nullptr;
};

/// What has come so far.
struct Received {
    std::size_t most;
    bool is_wanted;
    std::size_t size = 0;
    std::string text{};
};

// The text of an answer that nobody wants is dropped, and an endless one is cut off.
std::size_t take(char* data, std::size_t size, std::size_t count, void* context) {
    auto& received = *static_cast<Received*>(context);
    received.size += size * count;
    if (received.size > received.most)
        return 0;
    if (received.is_wanted)
        received.text.append(data, size * count);
    return size * count;
}

int stop_where_over(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return (*static_cast<const std::function<bool()>*>(context))() ? 1 : 0;
}

Failure failure_of(CURLcode code) {
    switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return Failure::address;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
        return Failure::connect;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
        return Failure::tls;
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_ABORTED_BY_CALLBACK:
        return Failure::timeout;
    default:
        return Failure::protocol;
    }
}

void describe(CURL* handle, const HttpCall& call, const HeaderList& headers) {
    curl_easy_setopt(handle, CURLOPT_URL, call.url.c_str());
    if (call.method != "GET") {
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, call.method.c_str());
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, call.body.c_str());
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    }
    if (call.past_proxies)
        curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, call.allow_plaintext ? "https,http" : "https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    // The library for HTTP/2 would keep headers in memory of its own.
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!call.ca_file.empty()) {
        curl_easy_setopt(handle, CURLOPT_CAINFO, call.ca_file.c_str());
        curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
    }
    curl_easy_setopt(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
}

HttpAnswer answer_of(CURL* handle, CURLcode code, Received& received) {
    HttpAnswer answer;
    // A status that was read counts, also where the rest of an answer was too long that nobody wants.
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && !received.is_wanted))
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer.status);
    if (answer.status != 0) {
        answer.detail = "HTTP status " + std::to_string(answer.status);
        answer.body = std::move(received.text);
        return answer;
    }
    answer.failure = code == CURLE_OK ? Failure::protocol : failure_of(code);
    answer.detail = code == CURLE_WRITE_ERROR ? "The answer is too long" : curl_easy_strerror(code);
    return answer;
}

HttpAnswer perform_by_curl(const HttpCall& call, std::chrono::milliseconds left, const std::function<bool()>& is_over) {
    start_curl();
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), &curl_easy_cleanup);
    if (!handle)
        throw std::runtime_error("libcurl cannot be started");
    const HeaderList headers(call.headers);
    const bool is_wanted = call.most_kept > 0;
    Received received{.most = is_wanted ? call.most_kept : kLargestHttpAnswer, .is_wanted = is_wanted};
    describe(handle.get(), call, headers);
    curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &take);
    curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &received);
    curl_easy_setopt(handle.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle.get(), CURLOPT_XFERINFOFUNCTION, &stop_where_over);
    curl_easy_setopt(handle.get(), CURLOPT_XFERINFODATA, &is_over);
    return answer_of(handle.get(), curl_easy_perform(handle.get()), received);
}

} // namespace

} // namespace mailquotad::notify

extern "C" const void* mailquotad_module(const char* build) {
    static constexpr mailquotad::notify::HttpFunctions kFunctions{.perform = mailquotad::notify::perform_by_curl};
    return std::string_view(build) == MAILQUOTAD_BUILD ? &kFunctions : nullptr;
}

static_assert(std::is_same_v<decltype(mailquotad_module), mailquotad::os::ModuleEntry>);
