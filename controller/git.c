#include "cutover/git.h"

#include "git_cache.h"
#include "git_https.h"
#include "git_packs.h"
#include "git_repo.h"
#include "git_tag.h"

#include "cutover/clock.h"
#include "cutover/digest.h"
#include "cutover/files_wanted.h"
#include "cutover/str.h"

#include <git2.h>
#include <pthread.h>
#include <string.h>

enum { TIMEOUT_MS = 300000, LOCK_MS = 60000, DEPTH_MAX = 32, PACK_OBJECTS_MAX = 5000000 };

#define CACHE_BYTES ((ssize_t)4 << 20)
#define MAX_SIZE ((int64_t)512 << 20)
#define FILE_BYTES ((int64_t)16 << 20)
#define FILES_MAX INT64_C(50000)

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_git(void)
{
    git_libgit2_init();
    /* Only objects are read, never run or trusted as configuration: a mounted volume may be another user's. */
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, (size_t)PACK_OBJECTS_MAX);
    /* By itself it keeps 256 MiB of the commits and trees that ever came. */
    git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, CACHE_BYTES);
    git_https_install();
}

bool git_fail(Arena *arena, Err *err, ErrKind kind, const char *code, const char *message,
              const char *hint)
{
    const git_error *last = git_error_last();
    err_set(arena, err, kind, code, "%s", message);
    err->detail = last && last->message ? arena_strdup(arena, last->message) : NULL;
    err->hint = hint;
    git_error_clear();
    return false;
}

static void close_repo(void *arg)
{
    GitRepo *repo = arg;
    git_repository_free(repo->handle);
    pthread_mutex_destroy(&repo->lock);
    pthread_mutex_destroy(&repo->fetch_lock);
}

static bool open_folder(GitRepo *repo, Arena *arena, Err *err)
{
    const char *folder = repo->source.url;
    if (git_repository_open_ext(&repo->handle, folder, 0, NULL) != 0) {
        return git_fail(arena, err, ERR_NOT_FOUND, "CO6002",
                        arena_printf(arena, "%s is not a Git repository", folder),
                        "give the folder of a clone, or an address, as --repo");
    }
    return true;
}

/* A mirror that does not open is of no worth: a fresh one takes its place, and the next fetch fills it. Under the lock,
 * since another process may be making it right now. */
static bool make_mirror(GitRepo *repo, Arena *arena, Err *err)
{
    int lock = git_cache_lock(arena, repo->path, clock_ms() + LOCK_MS, err);
    if (lock < 0) {
        return false;
    }
    bool done = git_repository_open_bare(&repo->handle, repo->path) == 0;
    if (!done) {
        git_cache_remove(repo->path);
        done = git_repository_init(&repo->handle, repo->path, 1) == 0;
    }
    git_cache_unlock(lock);
    return done || git_fail(arena, err, ERR_UNAVAILABLE, "CO6008",
                            arena_printf(arena, "the mirror %s cannot be made", repo->path),
                            "set XDG_CACHE_HOME to a folder that may be written");
}

static bool open_mirror(GitRepo *repo, Arena *arena, Err *err)
{
    const char *folder = repo->source.cache ? repo->source.cache : git_cache_folder(arena, err);
    if (!folder) {
        return false;
    }
    const char *digest = digest_sha256(arena, repo->source.url, strlen(repo->source.url));
    repo->path = arena_printf(repo->arena, "%s/%s-%.12s.git", folder, repo->source.name, digest);
    return git_repository_open_bare(&repo->handle, repo->path) == 0 ||
           make_mirror(repo, arena, err);
}

GitRepo *git_open(Arena *arena, const GitSource *source, Err *err)
{
    pthread_once(&once, start_git);
    GitRepo *repo = arena_make(arena, GitRepo);
    repo->arena = arena;
    repo->source = *source;
    repo->remote = strstr(source->url, "://") != NULL;
    if (str_starts(source->url, "ssh://")) {
        err_set(arena, err, ERR_INPUT, "CO6007",
                "repository %s: ssh addresses are not yet supported", source->name);
        err->hint = "use its https:// address with a token";
        return NULL;
    }
    pthread_mutex_init(&repo->lock, NULL);
    pthread_mutex_init(&repo->fetch_lock, NULL);
    arena_defer(arena, close_repo, repo);
    if (!(repo->remote ? open_mirror : open_folder)(repo, arena, err)) {
        return NULL;
    }
    if (!repo->remote) {
        repo->path = git_repository_path(repo->handle);
    }
    return repo;
}

/* What went wrong in a fetch: the wire knows best, then libgit2. */
static bool explain_fetch(GitRepo *repo, const GitHttps *wire, Arena *arena, Err *err)
{
    if (wire->err.kind != ERR_NONE) {
        *err = wire->err;
        return false;
    }
    return git_fail(arena, err, ERR_UNAVAILABLE, "CO6001",
                    arena_printf(arena, "repository %s cannot be fetched", repo->source.name),
                    "check its address; it is tried again");
}

static void free_handle(void *arg)
{
    git_repository_free(arg);
}

static void free_remote(void *arg)
{
    git_remote_free(arg);
}

/* The remote's HEAD is kept as the mirror's, so that it is known while the remote is away. */
static void keep_head(git_repository *handle, git_remote *remote)
{
    git_buf name = {0};
    if (git_remote_default_branch(&name, remote) == 0) {
        git_repository_set_head(handle, name.ptr);
    }
    git_buf_dispose(&name);
}

static bool fetch_refs(GitRepo *repo, Arena *arena, const StrVec *specs, bool prune)
{
    git_remote *remote = NULL;
    git_repository *handle = NULL; /* of its own: a handle belongs to one thread at a time */
    if (git_repository_open_bare(&handle, repo->path) != 0) {
        return false;
    }
    arena_defer(arena, free_handle, handle);
    git_remote_create_options create;
    git_remote_create_options_init(&create, GIT_REMOTE_CREATE_OPTIONS_VERSION);
    create.repository = handle;
    /* Looking for insteadOf leaks 20 KiB for each line of configuration in libgit2 1.5. */
    create.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF;
    if (git_remote_create_with_opts(&remote, repo->source.url, &create) != 0) {
        return false;
    }
    arena_defer(arena, free_remote, remote);
    if (git_remote_connect(remote, GIT_DIRECTION_FETCH, NULL, NULL, NULL) != 0) {
        return false;
    }
    git_fetch_options options;
    git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
    options.prune = prune ? GIT_FETCH_PRUNE : GIT_FETCH_NO_PRUNE;
    options.update_fetchhead = 0;
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    git_strarray list = {(char **)(uintptr_t)specs->items, specs->count};
    if (prune) {
        keep_head(handle, remote);
    }
    return git_remote_fetch(remote, &list, &options, NULL) == 0;
}

static bool fetch(GitRepo *repo, Arena *arena, const StrVec *specs, bool prune, Err *err)
{
    int64_t timeout = repo->source.timeout_ms > 0 ? repo->source.timeout_ms : TIMEOUT_MS;
    GitHttps wire = {.arena = arena,
                     .name = repo->source.name,
                     .username = repo->source.username,
                     .token = repo->source.token,
                     .ca = repo->source.ca,
                     .deadline_ms = clock_ms() + timeout,
                     .max_size = repo->source.max_size > 0 ? repo->source.max_size : MAX_SIZE};
    pthread_mutex_lock(&repo->fetch_lock);
    int lock = git_cache_lock(arena, repo->path, wire.deadline_ms, err);
    if (lock < 0) {
        pthread_mutex_unlock(&repo->fetch_lock);
        return false;
    }
    Arena *scratch = arena_new();
    git_https_use(&wire);
    bool done = fetch_refs(repo, scratch, specs, prune) || explain_fetch(repo, &wire, arena, err);
    git_https_use(NULL);
    arena_free(scratch);
    git_cache_unlock(lock);
    pthread_mutex_unlock(&repo->fetch_lock);
    return done;
}

static void merge_packs(GitRepo *repo, Arena *arena)
{
    git_repository *fresh = NULL;
    if (git_packs_merge(arena, repo->path) && git_repository_open_bare(&fresh, repo->path) == 0) {
        pthread_mutex_lock(&repo->lock);
        git_repository_free(repo->handle);
        repo->handle = fresh;
        pthread_mutex_unlock(&repo->lock);
    }
}

bool git_fetch(GitRepo *repo, Arena *arena, Err *err)
{
    if (!repo->remote) {
        return true;
    }
    StrVec specs = {0};
    vec_push(arena, &specs, "+refs/heads/*:refs/heads/*");
    vec_push(arena, &specs, "+refs/tags/*:refs/tags/*");
    bool done = fetch(repo, arena, &specs, true, err);
    merge_packs(repo, arena);
    return done;
}

/* --- revisions --- */

static void free_object(void *arg)
{
    git_object_free(arg);
}

/* The commit behind a reference of this full name, or NULL. */
static git_commit *commit_of(GitRepo *repo, Arena *scratch, const char *reference)
{
    git_oid oid;
    git_object *object = NULL, *commit = NULL;
    if (git_reference_name_to_id(&oid, repo->handle, reference) != 0 ||
        git_object_lookup(&object, repo->handle, &oid, GIT_OBJECT_ANY) != 0) {
        return NULL;
    }
    arena_defer(scratch, free_object, object);
    if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) != 0) {
        return NULL;
    }
    arena_defer(scratch, free_object, commit);
    return (git_commit *)commit;
}

static const char *best_tag(GitRepo *repo, Arena *scratch, const char *pattern)
{
    git_strarray tags = {0};
    Tag best = {0};
    if (git_tag_list(&tags, repo->handle) != 0) {
        return NULL;
    }
    for (size_t i = 0; i < tags.count; i++) {
        const char *name = arena_strdup(scratch, tags.strings[i]);
        git_commit *commit =
            str_glob(pattern, name)
                ? commit_of(repo, scratch, arena_printf(scratch, "refs/tags/%s", name))
                : NULL;
        if (commit) {
            Tag it = tag_parse(scratch, name, git_commit_time(commit));
            best = !best.name || tag_wins(scratch, &it, &best) ? it : best;
        }
    }
    git_strarray_dispose(&tags);
    return best.name;
}

static git_commit *commit_of_hex(GitRepo *repo, Arena *scratch, const char *hex)
{
    git_oid oid;
    git_commit *commit = NULL;
    size_t length = strlen(hex);
    if (length < 7 || length > GIT_OID_HEXSZ || strspn(hex, "0123456789abcdefABCDEF") != length ||
        git_oid_fromstrn(&oid, hex, length) != 0 ||
        git_commit_lookup_prefix(&commit, repo->handle, &oid, length) != 0) {
        return NULL;
    }
    arena_defer(scratch, free_object, commit);
    return commit;
}

/* In a clone a branch may exist only as origin's. */
static git_commit *commit_of_branch(GitRepo *repo, Arena *scratch, const char *branch)
{
    git_commit *commit = commit_of(repo, scratch, arena_printf(scratch, "refs/heads/%s", branch));
    return commit || repo->remote
               ? commit
               : commit_of(repo, scratch, arena_printf(scratch, "refs/remotes/origin/%s", branch));
}

/* GitHub, Gitea: refs/pull/N/head; GitLab: refs/merge-requests/N/head. Bitbucket publishes none. */
static git_commit *commit_of_pull(GitRepo *repo, Arena *scratch, const char *number, Err *err)
{
    static const char *const names[] = {"refs/pull/%s/head", "refs/merge-requests/%s/head"};
    for (size_t i = 0; i < 2; i++) {
        const char *name = arena_printf(scratch, names[i], number);
        if (repo->remote) {
            StrVec specs = {0};
            vec_push(scratch, &specs, arena_printf(scratch, "+%s:%s", name, name));
            if (!fetch(repo, scratch, &specs, false, err)) {
                continue;
            }
        }
        git_commit *commit = commit_of(repo, scratch, name);
        if (commit) {
            *err = (Err){0};
            return commit;
        }
    }
    return NULL;
}

static git_commit *commit_of_text(GitRepo *repo, Arena *scratch, const char *text, Err *err)
{
    int64_t number = 0;
    if (str_eq(text, "HEAD")) {
        return commit_of(repo, scratch, text);
    }
    if (str_starts(text, "pull/") && str_to_int(text + 5, 1, INT32_MAX, &number)) {
        return commit_of_pull(repo, scratch, text + 5, err);
    }
    if (!git_reference_is_valid_name(arena_printf(scratch, "refs/heads/%s", text))) {
        return NULL;
    }
    git_commit *commit = commit_of_branch(repo, scratch, text);
    if (!commit) {
        commit = commit_of(repo, scratch, arena_printf(scratch, "refs/tags/%s", text));
    }
    return commit ? commit : commit_of_hex(repo, scratch, text);
}

static const char *one_line(Arena *arena, const char *text)
{
    char *line = arena_strdup(arena, text ? text : "");
    for (char *p = line; *p; p++) {
        *p = (unsigned char)*p < ' ' || *p == 0x7f ? ' ' : *p;
    }
    return line;
}

GitCommit git_commit_described(Arena *arena, git_commit *commit, const char *ref)
{
    const git_signature *author = git_commit_author(commit);
    const char *sha = arena_strdup(arena, git_oid_tostr_s(git_commit_id(commit)));
    const char *short_sha = arena_strndup(arena, sha, 7);
    const char *message = git_commit_message(commit);
    return (GitCommit){.sha = sha,
                       .short_sha = short_sha,
                       .subject = one_line(arena, git_commit_summary(commit)),
                       .message = arena_strdup(arena, message ? message : ""),
                       .author = one_line(arena, author ? author->name : ""),
                       .email = one_line(arena, author ? author->email : ""),
                       .at = git_commit_time(commit) * MOMENT_SECOND,
                       .ref = ref ? arena_strdup(arena, ref) : short_sha};
}

static git_commit *find_wanted(GitRepo *repo, Arena *scratch, const GitWanted *wanted,
                               const char **ref, Err *err)
{
    *ref = wanted->branch ? wanted->branch : wanted->text;
    if (wanted->branch) {
        return commit_of_branch(repo, scratch, wanted->branch);
    }
    if (wanted->tag) {
        *ref = best_tag(repo, scratch, wanted->tag);
        return *ref ? commit_of(repo, scratch, arena_printf(scratch, "refs/tags/%s", *ref)) : NULL;
    }
    if (wanted->commit) {
        return commit_of_hex(repo, scratch, wanted->commit);
    }
    return commit_of_text(repo, scratch, wanted->text, err);
}

static bool no_such_revision(GitRepo *repo, Arena *arena, const GitWanted *wanted, Err *err)
{
    if (err->kind != ERR_NONE && err->kind != ERR_NOT_FOUND) {
        err->message = arena_strdup(arena, err->message);
        err->detail = arena_strdup(arena, err->detail);
        return false;
    }
    const char *what = wanted->branch   ? "branch"
                       : wanted->tag    ? "tag"
                       : wanted->commit ? "commit"
                                        : "revision";
    const char *name = wanted->branch   ? wanted->branch
                       : wanted->tag    ? wanted->tag
                       : wanted->commit ? wanted->commit
                                        : wanted->text;
    err_set(arena, err, ERR_NOT_FOUND, "CO6010", "repository %s has no %s \"%s\"",
            repo->source.name, what, name);
    err->hint = wanted->text ? "name a branch, a tag, a commit (7 digits or more) or pull/17"
                             : "push it, or correct cutover.yaml on the home branch";
    return false;
}

bool git_resolve(GitRepo *repo, Arena *arena, const GitWanted *wanted, GitCommit *commit, Err *err)
{
    Arena *scratch = arena_new();
    const char *ref = NULL;
    *err = (Err){0};
    pthread_mutex_lock(&repo->lock);
    git_commit *found = find_wanted(repo, scratch, wanted, &ref, err);
    if (found) {
        *commit = git_commit_described(arena, found, ref);
    } else {
        no_such_revision(repo, arena, wanted, err);
    }
    arena_free(scratch);
    pthread_mutex_unlock(&repo->lock);
    return found != NULL;
}

/* A bare repository made by `git init` may point at a branch that nobody ever pushed. */
static const char *guess_home(GitRepo *repo, Arena *scratch)
{
    static const char *const usual[] = {"main", "master"};
    for (size_t i = 0; i < 2; i++) {
        if (commit_of_branch(repo, scratch, usual[i])) {
            return usual[i];
        }
    }
    return NULL;
}

const char *git_home_branch(GitRepo *repo, Arena *arena, Err *err)
{
    if (repo->source.branch) {
        return repo->source.branch;
    }
    Arena *scratch = arena_new();
    git_reference *head = NULL;
    pthread_mutex_lock(&repo->lock);
    const char *home = NULL;
    if (git_repository_head(&head, repo->handle) == 0 && git_reference_is_branch(head)) {
        home = arena_strdup(arena, git_reference_shorthand(head));
    } else {
        home = guess_home(repo, scratch);
    }
    git_reference_free(head);
    arena_free(scratch);
    pthread_mutex_unlock(&repo->lock);
    if (!home) {
        err_set(arena, err, ERR_NOT_FOUND, "CO6010", "repository %s has no home branch",
                repo->source.name);
        err->hint = "push a first commit, or set branch of the repository";
    }
    return home;
}

/* --- contents --- */

typedef struct TreeWalk {
    GitRepo *repo;
    Arena *arena;
    GitLimits limits;
    int64_t count, total;
    StrVec outputs; /* what dbt_project.yml names as written, not read */
    FileSet *files;
    Diags *diags;
    Err *err;
} TreeWalk;

static void free_tree(void *arg)
{
    git_tree_free(arg);
}

static git_tree *tree_of(GitRepo *repo, Arena *scratch, const char *sha)
{
    git_commit *commit = commit_of_hex(repo, scratch, sha);
    git_tree *tree = NULL;
    if (!commit || git_commit_tree(&tree, commit) != 0) {
        return NULL;
    }
    arena_defer(scratch, free_tree, tree);
    return tree;
}

/* The size is asked for first: a blob that is too large is never loaded. */
static bool load_blob(TreeWalk *walk, const git_oid *oid, const char *path, File *file)
{
    git_odb *odb = NULL;
    git_blob *blob = NULL;
    size_t size = 0;
    git_object_t type;
    bool known = git_repository_odb(&odb, walk->repo->handle) == 0 &&
                 git_odb_read_header(&size, &type, odb, oid) == 0;
    git_odb_free(odb);
    if (known && (int64_t)size > walk->limits.file) {
        return err_set(walk->arena, walk->err, ERR_LIMIT, "CO6006",
                       "%s is larger than the limit of a file (%lld bytes)", path,
                       (long long)walk->limits.file);
    }
    if (!known || git_blob_lookup(&blob, walk->repo->handle, oid) != 0) {
        return git_fail(walk->arena, walk->err, ERR_UNAVAILABLE, "CO6008",
                        arena_printf(walk->arena, "%s cannot be read from the mirror", path),
                        "remove the mirror; it is fetched again");
    }
    size = (size_t)git_blob_rawsize(blob);
    const char *text = arena_strndup(walk->arena, git_blob_rawcontent(blob), size);
    *file = (File){path, text, size};
    git_blob_free(blob);
    return true;
}

static bool add_blob(TreeWalk *walk, const git_tree_entry *entry, const char *path)
{
    File file;
    if (!load_blob(walk, git_tree_entry_id(entry), path, &file)) {
        return false;
    }
    vec_push(walk->arena, &walk->files->list, file);
    walk->total += (int64_t)file.length;
    if (++walk->count > walk->limits.files || walk->total > walk->limits.total) {
        return err_set(
            walk->arena, walk->err, ERR_LIMIT, "CO6006",
            "the project holds more files or bytes than allowed (%lld files, %lld bytes)",
            (long long)walk->limits.files, (long long)walk->limits.total);
    }
    return true;
}

static void leave_out(TreeWalk *walk, const char *path, const char *what)
{
    Diag *diag =
        diag_add(walk->diags, DIAG_WARNING, "CO6013", "%s is left out: it is a %s", path, what);
    diag->file = path;
}

static bool walk_tree(TreeWalk *walk, const git_oid *oid, const char *below, int depth);

static bool visit(TreeWalk *walk, const git_tree_entry *entry, const char *below, int depth)
{
    const char *name = git_tree_entry_name(entry);
    const char *path = arena_printf(walk->arena, "%s%s%s", below, *below ? "/" : "", name);
    git_filemode_t mode = git_tree_entry_filemode(entry);
    if (!files_wanted(path, &walk->outputs)) {
        return true;
    }
    if (mode == GIT_FILEMODE_TREE) {
        return walk_tree(walk, git_tree_entry_id(entry), path, depth + 1);
    }
    if (mode == GIT_FILEMODE_LINK || mode == GIT_FILEMODE_COMMIT) {
        leave_out(walk, path, mode == GIT_FILEMODE_LINK ? "symbolic link" : "submodule");
        return true;
    }
    return add_blob(walk, entry, path);
}

/* The file NAME of TREE, or NULL. */
static const File *peek(const TreeWalk *walk, const git_tree *tree, const char *name)
{
    Err ignored = {0};
    File *file = arena_make(walk->arena, File);
    TreeWalk reader = *walk;
    reader.err = &ignored;
    const git_tree_entry *entry = git_tree_entry_byname(tree, name);
    bool is_file = entry && git_tree_entry_type(entry) == GIT_OBJECT_BLOB;
    return is_file && load_blob(&reader, git_tree_entry_id(entry), name, file) ? file : NULL;
}

static bool walk_tree(TreeWalk *walk, const git_oid *oid, const char *below, int depth)
{
    git_tree *tree = NULL;
    if (depth > DEPTH_MAX || git_tree_lookup(&tree, walk->repo->handle, oid) != 0) {
        return git_fail(
            walk->arena, walk->err, ERR_LIMIT, "CO6006",
            arena_printf(walk->arena, "folder %s cannot be read, or is nested too deeply", below),
            NULL);
    }
    const File *tag = depth ? peek(walk, tree, FILES_OUTPUT_TAG) : NULL;
    if (!depth) {
        walk->outputs = files_outputs(walk->arena, peek(walk, tree, "dbt_project.yml"));
    }
    bool done = true;
    size_t count = tag && files_is_output_tag(tag->text) ? 0 : git_tree_entrycount(tree);
    for (size_t i = 0; done && i < count; i++) {
        done = visit(walk, git_tree_entry_byindex(tree, i), below, depth);
    }
    git_tree_free(tree);
    return done;
}

static void free_entry(void *arg)
{
    git_tree_entry_free(arg);
}

/* The entry at PATH of a commit, of TYPE; NULL and ERR when there is none. */
static git_tree_entry *entry_at(GitRepo *repo, Arena *scratch, Arena *arena, const char *sha,
                                const char *path, git_object_t type, Err *err)
{
    git_tree *tree = tree_of(repo, scratch, sha);
    git_tree_entry *entry = NULL;
    if (tree && git_tree_entry_bypath(&entry, tree, path) == 0) {
        arena_defer(scratch, free_entry, entry);
    }
    if (!entry || git_tree_entry_type(entry) != type) {
        git_error_clear();
        err_set(arena, err, ERR_NOT_FOUND, "CO6011", "%s is not in commit %.7s of repository %s",
                path, sha, repo->source.name);
        return NULL;
    }
    return entry;
}

static GitLimits with_defaults(const GitLimits *limits)
{
    GitLimits all = limits ? *limits : (GitLimits){0};
    all.file = all.file > 0 ? all.file : FILE_BYTES;
    all.files = all.files > 0 ? all.files : FILES_MAX;
    all.total = all.total > 0 ? all.total : MAX_SIZE;
    return all;
}

static const char *clean_path(Arena *arena, const char *path)
{
    while (str_starts(path, "./")) {
        path += 2;
    }
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/') {
        length--;
    }
    const char *clean = arena_strndup(arena, path, length);
    return str_eq(clean, ".") ? "" : clean;
}

const File *git_read_file(GitRepo *repo, Arena *arena, const char *sha, const char *path,
                          const GitLimits *limits, Err *err)
{
    Arena *scratch = arena_new();
    File *file = arena_make(arena, File);
    TreeWalk walk = {.repo = repo, .arena = arena, .limits = with_defaults(limits), .err = err};
    const char *clean = arena_strdup(arena, clean_path(arena, path));
    pthread_mutex_lock(&repo->lock);
    git_tree_entry *entry = entry_at(repo, scratch, arena, sha, clean, GIT_OBJECT_BLOB, err);
    bool done = entry && load_blob(&walk, git_tree_entry_id(entry), clean, file);
    arena_free(scratch);
    pthread_mutex_unlock(&repo->lock);
    return done ? file : NULL;
}

static bool read_tree_locked(TreeWalk *walk, Arena *scratch, const char *sha, const char *folder)
{
    git_tree *root = tree_of(walk->repo, scratch, sha);
    if (!root) {
        return err_set(walk->arena, walk->err, ERR_NOT_FOUND, "CO6010",
                       "repository %s has no commit \"%.40s\"", walk->repo->source.name, sha);
    }
    if (!*folder) {
        return walk_tree(walk, git_tree_id(root), "", 0);
    }
    git_tree_entry *entry =
        entry_at(walk->repo, scratch, walk->arena, sha, folder, GIT_OBJECT_TREE, walk->err);
    return entry && walk_tree(walk, git_tree_entry_id(entry), "", 0);
}

bool git_read_tree(GitRepo *repo, Arena *arena, const char *sha, const char *folder,
                   const GitLimits *limits, FileSet *files, Diags *diags, Err *err)
{
    Arena *scratch = arena_new();
    *files = (FileSet){0};
    TreeWalk walk = {.repo = repo,
                     .arena = arena,
                     .limits = with_defaults(limits),
                     .files = files,
                     .diags = diags,
                     .err = err};
    pthread_mutex_lock(&repo->lock);
    bool done = read_tree_locked(&walk, scratch, sha, clean_path(scratch, folder));
    arena_free(scratch);
    pthread_mutex_unlock(&repo->lock);
    if (done) {
        files_seal(arena, files);
    }
    return done;
}
