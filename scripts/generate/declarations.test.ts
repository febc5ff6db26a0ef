import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exitsOf } from "../../src/cli/exit-codes.ts";
import { PROGRAM } from "../../src/commands/index.ts";
import type { NounNode } from "../../src/commands/node.ts";
import { readDeclarations } from "./declarations.ts";
import { differences, inOrder, type Permitted } from "./differences.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** What `npm run generate -- --json` printed for b7d515d. */
const before = JSON.parse(
  readFileSync(join(ROOT, "test", "process", "fixtures", "declarations-b7d515d.json"), "utf8"),
) as {
  readonly verbs: Readonly<Record<string, { readonly exits: readonly number[] }>>;
};

/** What commands that open a tenant end with where that cannot be. */
const OPENING_EXITS = [3, 4, 5, 6, 7];
const OPENING_NONE =
  /^(?:context|csv|renewals (?:check|schedule|verify)|(?:orgs|secured users) template|status|completion)\b/;

/** The verbs that opened a tenant and did not say all that may keep it from being opened. @param more codes of a verb for another reason */
const openingExits = (more: Readonly<Record<string, readonly number[]>>): readonly Permitted[] =>
  Object.entries(before.verbs)
    .filter(([verb]) => !OPENING_NONE.test(verb))
    .map(([verb, { exits }]) => {
      const now = [...new Set([...exits, ...OPENING_EXITS, ...(more[verb] ?? [])])].toSorted((a, b) => a - b);
      return {
        at: ["verbs", verb, "exits"],
        before: exits,
        now,
        why: "help lists what keeps a tenant from being opened",
      };
    })
    .filter((one) => one.now.length > one.before.length);

/** A text that is now a kind of its own: the same words are taken, a wrong one is refused before anything is done. */
const parsed = (at: readonly string[], kind: string): Permitted => ({
  at,
  before: "string",
  now: kind,
  why: `a ${kind} is parsed where options are: a wrong one is a usage error before the tenant is opened`,
});

/** `--encoding` of a command that reads a file for a tenant: declared once, with the UTF-16 that `csv` always read. */
const encodingOnce = (verb: string): readonly Permitted[] => {
  const at = ["verbs", verb, "options", "--encoding"];
  const before = ["auto", "shift_jis", "utf-8"];
  const why = "--encoding of a file that is read is declared once";
  return [
    { at: [...at, "choices"], before, now: [...before, "utf-16le", "utf-16be"], why },
    { at: [...at, "value"], before: before.join("|"), now: "NAME", why },
  ];
};

const ADE = "devices come in by Apple's device enrolment";
const DEVICES = "devices are a new noun, with files of their own";
const added = (at: readonly string[], why: string): Permitted => ({
  at,
  before: undefined,
  now: expect.anything() as unknown,
  why,
});

/** What changes settings, and opens no tenant for it. */
const exitsToo = (verb: string, more: readonly number[], why: string): Permitted => {
  const exits = before.verbs[verb]?.exits ?? [];
  const now = [...exits, ...more].toSorted((a, b) => a - b);
  return { at: ["verbs", verb, "exits"], before: exits, now, why };
};
const UNSAFE = "a change in a home that others may write is refused";
const DAMAGED = "settings that cannot be read are rejected input";
const UNSAFE_HOME = [
  ...["context add", "renewals schedule install", "renewals schedule remove"].map((verb) =>
    exitsToo(verb, [4], UNSAFE),
  ),
  exitsToo("context use", [3, 4], `${UNSAFE}; ${DAMAGED}`),
  ...["context list", "context show"].map((verb) => exitsToo(verb, [3], DAMAGED)),
];

const ONBOARDING = "a new tenant is set up step by step";
const APPLE = "Apple's protocols are spoken, and rehearsed with a simulator";
const ACCOUNTS = "CLOMO accounts and their roles are recorded";
const AUDIT = "every change can be traced";
const PUSH = "a push certificate is asked for, taken over and watched";
const VPP = "content tokens of organisations are taken over and watched";
const HANDOVER = "the whole state of a tenant in one bundle";
const RIGHTS = "requests are answered according to who asks";
const ROLES = "who may do what can be read, and made for custom administrators";
const VALUES = "values that go with a custom field are counted, and the count is confirmed";

/** What the console bridge has besides what it had. */
const bridge = (...at: readonly string[]): Permitted => added(at, "the console is told truly");
const ofBridge = (verb: string, ...options: readonly string[]): readonly Permitted[] =>
  options.map((option) => bridge("verbs", verb, "options", option));
const toConsole = (verb: string): readonly Permitted[] =>
  ofBridge(verb, "--from-console", "--keep-missing", "--keep-waiting");

/** What is written by hand, one record at a time. */
const byHand = (...at: readonly string[]): Permitted => added(at, "a tenant is changed by hand, too");

const FORMATS = ["users", "orgs", "browser", "docs", "mailer", "calendar", "contacts"];
const asDevices = (verb: string): Permitted => ({
  at: ["verbs", verb, "options", "--as", "choices"],
  before: FORMATS,
  now: [...FORMATS, "devices"],
  why: DEVICES,
});

/** An import is named by its number, as the last one, or by its id. */
const byNumber = (verb: string): Permitted => ({
  at: ["verbs", verb, "arguments"],
  before: [{ name: "id", kind: "string", value: "ID", required: true }],
  now: [{ name: "id", kind: "string", value: "NUMBER|last|ID", required: true }],
  why: "imports have numbers",
});

const WORKBOOKS = "files may be Excel workbooks, and so may results";
const TEXT_FORMATS = ["table", "json", "ndjson", "csv", "tsv"];
const sheetOf = (verb: string): Permitted => ({
  at: ["verbs", verb, "options", "--sheet"],
  before: undefined,
  now: { kind: "string", value: "NAME" },
  why: WORKBOOKS,
});

const IMPORTS_OF = ["orgs", "secured users", "users"];
const LIMITED = [...IMPORTS_OF.map((noun) => `${noun} import`), "imports commit", "imports revert"];
const optionOf = (verb: string, option: string): readonly string[] => ["verbs", verb, "options", option];

const PHONES = "the number of a 2-factor phone is kept apart from who holds it";
const OUTPUTS = "a file that is written is told from one that is read, and an existing one is kept";
/** Options that name a file which is written. */
const written = (verb: string, ...options: readonly string[]): readonly Permitted[] =>
  options.map((option) => ({ at: [...optionOf(verb, option), "kind"], before: "file", now: "output", why: OUTPUTS }));
const converted = (kind: string) => [
  { name: "input", kind: "file", value: "IN", required: true },
  { name: "output", kind, value: "OUT", required: true },
];

/** An option that is gone, as documents are chosen by `--format` and go to `-o`. */
const DOCUMENTS = "--as is the acting account in every command that opens a tenant; documents are chosen by --format";
const replaced = (verb: string, option: string, ...by: readonly string[]): readonly Permitted[] => [
  { at: optionOf(verb, option), before: expect.anything() as unknown, now: undefined, why: DOCUMENTS },
  ...by.map((one) => added(optionOf(verb, one), DOCUMENTS)),
];

/** What is declared otherwise than in b7d515d on purpose; `at` as {@link differences} tells it. */
const PERMITTED: readonly Permitted[] = [
  added(["globals", "--overwrite"], OUTPUTS),
  { at: ["verbs", "csv convert", "arguments"], before: converted("file"), now: converted("output"), why: OUTPUTS },
  ...IMPORTS_OF.flatMap((noun) => [
    ...written(`${noun} import`, "--emit-csv", "--errors", "--report"),
    ...written(`${noun} export`, "--output"),
    ...written(`${noun} template`, "--output"),
  ]),
  ...["csv map", "csv template", "renewals calendar", "renewals guide", "renewals schedule install"].flatMap((verb) =>
    written(verb, "--output"),
  ),
  ...written("renewals check", "--prometheus"),
  ...replaced("renewals guide", "--as", "--format"),
  ...replaced("renewals list", "--html", "--format", "--output"),
  ...IMPORTS_OF.map((noun) => ({
    at: [...optionOf(`${noun} import`, "--blank"), "default"],
    before: "clear",
    now: undefined,
    why: "a column that is blank in every row is a problem where nothing is said of blanks",
  })),
  ...[...IMPORTS_OF.map((noun) => `${noun} import`), "csv check"].map((verb) =>
    added(optionOf(verb, "--fix"), "blanks and widths are mended on demand"),
  ),
  ...IMPORTS_OF.map((noun) =>
    added(
      optionOf(`${noun} import`, "--allow-error-values"),
      "error values of spreadsheets are errors, unless they are meant",
    ),
  ),
  ...[
    optionOf("users import", "--undeletable"),
    optionOf("orgs import", "--undeletable"),
    optionOf("context add", "--undeletable"),
  ].map((at) => added(at, "a replacing import keeps what it cannot delete")),
  ...LIMITED.flatMap((verb) =>
    ["--max-changes", "--max-deletions"].map((limit) => added(optionOf(verb, limit), "unattended imports have limits")),
  ),
  ...[...IMPORTS_OF.map((noun) => `${noun} import`), "imports commit"].map((verb) =>
    added(optionOf(verb, "--allow"), "a file that looks like another tenant's is refused unless it is allowed"),
  ),
  ...["imports commit", "imports revert"].map((verb) =>
    added(optionOf(verb, "--confirm-wipes"), "the number of devices to be wiped for another owner is confirmed"),
  ),
  ...["add", "check", "edit", "verify"].map((verb) =>
    added(optionOf(`renewals ${verb}`, "--password-file"), "key stores are read"),
  ),
  added(optionOf("imports list", "--waiting"), "what waits for the console can be listed alone"),
  added(optionOf("renewals check", "--exclude"), "files of a folder can be left out"),
  {
    at: ["verbs", "renewals add", "arguments"],
    before: [{ name: "name", kind: "string", value: "NAME", required: true }],
    now: [{ name: "name", kind: "string", value: "NAME|FOLDER", required: true }],
    why: "a folder is added as a whole",
  },
  ...openingExits({
    "users fields remove": [3],
    // of a folder some files may be refused
    "renewals add": [8],
    "imports replan": [3, 8],
    // an exceeded limit has an exit code of its own
    ...Object.fromEntries(LIMITED.map((verb) => [verb, [10]])),
  }),
  {
    at: ["verbs", "renewals notify", "arguments"],
    before: [],
    now: [{ name: "action", kind: "choice", value: "init|test", choices: ["init", "test"] }],
    why: "settings are written and tried",
  },
  added(["globals", "--as"], RIGHTS),
  added(["verbs", "whoami"], RIGHTS),
  ...["ade devices", "ade endpoint", "ade keypair", "ade profiles", "ade token"].map((noun) =>
    added(["nouns", noun], ADE),
  ),
  ...[
    "account",
    "devices list",
    "devices show",
    "endpoint set",
    "endpoint show",
    "keypair create",
    ...["assign", "auto-apply", "create", "delete", "list", "show", "unassign"].map((verb) => `profiles ${verb}`),
    "status",
    "sync",
    "token set",
    "token show",
  ].map((verb) => added(["verbs", `ade ${verb}`], ADE)),
  added(["verbs", "handover export"], HANDOVER),
  added(["nouns", "onboarding"], ONBOARDING),
  ...["guide", "status"].map((verb) => added(["verbs", `onboarding ${verb}`], ONBOARDING)),
  added(["nouns", "handover"], HANDOVER),
  ...["apply", "diff", "report", "verify"].map((verb) => added(["verbs", `handover ${verb}`], HANDOVER)),
  ...["vpp", "vpp tokens"].map((noun) => added(["nouns", noun], VPP)),
  ...["list", "set", "verify"].map((verb) => added(["verbs", `vpp tokens ${verb}`], VPP)),
  ...["push-certificate", "push-certificate profile-password"].map((noun) => added(["nouns", noun], PUSH)),
  ...["csr", "profile-password set", "status", "upload", "verify"].map((verb) =>
    added(["verbs", `push-certificate ${verb}`], PUSH),
  ),
  added(["globals", "--confirm-context"], "the name of a protected context is repeated for every change"),
  { at: ["globals", "--format", "choices"], before: TEXT_FORMATS, now: [...TEXT_FORMATS, "xlsx"], why: WORKBOOKS },
  {
    at: ["globals", "--format", "value"],
    before: TEXT_FORMATS.join("|"),
    now: [...TEXT_FORMATS, "xlsx"].join("|"),
    why: WORKBOOKS,
  },
  {
    at: ["globals", "--output"],
    before: undefined,
    now: { kind: "output", short: "o", value: "FILE" },
    why: WORKBOOKS,
  },
  {
    at: ["globals", "--timezone", "kind"],
    before: "string",
    now: "timezone",
    why: "a zone that does not exist is a usage error in every command, before anything is done",
  },
  added(["nouns", "devices"], DEVICES),
  ...["console", "secured administrators", "users administrators"].map((noun) => bridge("nouns", noun)),
  added(["verbs", "context add", "options", "--protected"], "a context may want its name for every change"),
  added(["verbs", "context add", "options", "--use"], "a new context is not in use unless that is said"),
  {
    at: ["verbs", "context remove", "exits"],
    before: [0, 1, 2, 5, 6, 130],
    now: [0, 1, 2, 3, 4, 5, 6, 130],
    why: "the name of a tenant with data is typed, a wrong one is refused, and so is a home that others may write",
  },
  added(["verbs", "context set"], "the settings of a context can be changed"),
  asDevices("csv check"),
  {
    at: ["verbs", "csv check", "options", "--key", "choices"],
    before: ["email", "employee-code", "upn"],
    now: undefined,
    why: "the keys are those of the format, which is loaded after the command line is read; another one is a usage error",
  },
  { at: ["verbs", "csv check", "options", "--key", "kind"], before: "choice", now: "string", why: "see its choices" },
  {
    at: ["verbs", "csv check", "options", "--key", "value"],
    before: "email|employee-code|upn",
    now: "KEY",
    why: "see its choices",
  },
  sheetOf("csv check"),
  sheetOf("csv convert"),
  ...UNSAFE_HOME,
  { at: ["verbs", "csv inspect", "exits"], before: [0, 1, 2, 6, 130], now: [0, 1, 2, 3, 6, 130], why: WORKBOOKS },
  sheetOf("csv inspect"),
  asDevices("csv map"),
  sheetOf("csv map"),
  asDevices("csv template"),
  byNumber("imports commit"),
  byNumber("imports discard"),
  byNumber("imports replan"),
  byNumber("imports revert"),
  added(["verbs", "imports revert", "options", "--dry-run"], "what would be undone is shown first"),
  byNumber("imports show"),
  byNumber("imports verify"),
  ...["export", "import", "list", "show", "template"].map((verb) => added(["verbs", `devices ${verb}`], DEVICES)),
  ...ofBridge("imports revert", "--emit-csv", "--mirror-only"),
  ...ofBridge("imports verify", "--accept-unseen"),
  ...encodingOnce("imports verify"),
  ...ofBridge("imports verify", "--same-as-upload"),
  ...encodingOnce("orgs import"),
  sheetOf("orgs import"),
  ...toConsole("orgs import"),
  ...["renewals add", "renewals edit"].flatMap((verb): readonly Permitted[] => [
    { at: [...optionOf(verb, "--phone"), "value"], before: "WHERE", now: "NUMBER", why: PHONES },
    { at: optionOf(verb, "--phone-holder"), before: undefined, now: { kind: "string", value: "WHO" }, why: PHONES },
  ]),
  parsed(["verbs", "renewals add", "options", "--expires", "kind"], "date"),
  parsed(["verbs", "renewals add", "options", "--last-login", "kind"], "date"),
  parsed(["verbs", "renewals check", "options", "--critical", "kind"], "duration"),
  parsed(["verbs", "renewals check", "options", "--within", "kind"], "duration"),
  parsed(["verbs", "renewals confirm", "options", "--at", "kind"], "date"),
  added(optionOf("renewals confirm", "--console-shows"), "a renewed file counts once its upload is confirmed"),
  parsed(["verbs", "renewals edit", "options", "--expires", "kind"], "date"),
  parsed(["verbs", "renewals edit", "options", "--last-login", "kind"], "date"),
  ...["add", "list", "remove"].map((verb) => bridge("verbs", `secured administrators ${verb}`)),
  {
    at: ["verbs", "secured users import", "options", "--app", "value"],
    before: "browser|docs|mailer|calendar|contacts",
    now: "APP",
    why: "--app is declared once; only its name in help is another",
  },
  ...encodingOnce("secured users import"),
  ...["devices", "orgs", "secured users", "users"].map((noun) =>
    added(["verbs", `${noun} delete`], "records are deleted by name or by filter, as imports without a file"),
  ),
  added(["verbs", "users history"], "what imports did to a user"),
  added(["verbs", "doctor"], "what works, what is missing and how to mend it"),
  added(["verbs", "status"], "how a tenant stands"),
  ...[
    ["verbs", "handover answer"],
    ["verbs", "handover checklist"],
    ["verbs", "handover transfer"],
    ["nouns", "tenant"],
    ["verbs", "tenant set"],
    ["verbs", "tenant show"],
  ].map((at) => added(at, "what is known of a tenant itself is recorded")),
  added(["verbs", "completion"], "shells complete commands, options and names"),
  sheetOf("secured users import"),
  ...toConsole("secured users import"),
  ...["add", "list", "remove"].map((verb) => bridge("verbs", `users administrators ${verb}`)),
  ...["confirm", "drop", "list", "show"].map((verb) => bridge("verbs", `console ${verb}`)),
  ...["--confirm-deletions", "--dry-run"].map((option) =>
    added(["verbs", "users fields remove", "options", option], VALUES),
  ),
  added(["nouns", "ade"], ADE),
  ...["guide", "reconcile"].map((verb) => added(["verbs", `ade ${verb}`], ADE)),
  added(["nouns", "audit"], AUDIT),
  ...["roles", "roles schemes"].map((noun) => added(["nouns", noun], ROLES)),
  ...["list", "matrix", "show", ...["create", "delete", "edit", "list", "show"].map((verb) => `schemes ${verb}`)].map(
    (verb) => added(["verbs", `roles ${verb}`], ROLES),
  ),
  ...["export", "head", "list", "show", "verify"].map((verb) => added(["verbs", `audit ${verb}`], AUDIT)),
  ...encodingOnce("users import"),
  sheetOf("users import"),
  ...toConsole("users import"),
  ...["create", "edit", "set-owner", "tag"].map((verb) => byHand("verbs", `devices ${verb}`)),
  ...["orgs", "users"].flatMap((noun) => ["create", "edit", "move"].map((verb) => byHand("verbs", `${noun} ${verb}`))),
  ...["users create", "users edit", "groups create", "groups edit", "groups delete"].map((verb) =>
    byHand("verbs", `secured ${verb}`),
  ),
  ...["clomo-account", "clomo-account settings"].map((noun) => added(["nouns", noun], ACCOUNTS)),
  ...[
    "create",
    "delete",
    "edit",
    "grant",
    "list",
    "reset-password",
    "revoke",
    "settings set",
    "settings show",
    "show",
  ].map((verb) => added(["verbs", `clomo-account ${verb}`], ACCOUNTS)),
  ...["ade simulator", "ade simulator devices"].map((noun) => added(["nouns", noun], APPLE)),
  ...[
    "advance",
    "business-key",
    "faults",
    "push-certificate",
    "start",
    "token",
    "vpp-token",
    ...["activate", "add", "assign", "release"].map((verb) => `devices ${verb}`),
  ].map((verb) => added(["verbs", `ade simulator ${verb}`], APPLE)),
  added(["verbs", "secured groups show"], "the users of a group"),
  ...["--org", "--search", "--sort"].map((option) =>
    added(["verbs", "users list", "options", option], "users of an organisation, with any text, in any order"),
  ),
];

const declared = await readDeclarations(ROOT);

test("commands take and answer what they did in b7d515d, but for what is permitted", () => {
  const now: unknown = JSON.parse(JSON.stringify(declared));
  expect(inOrder(differences(before, now))).toEqual(inOrder(PERMITTED));
});

test("every verb is there, with the exit codes that its help lists", async () => {
  const verbsBelow = async (
    { nouns, verbs }: NounNode,
    path: readonly string[],
  ): Promise<(readonly [string, number[]])[]> => {
    const own = verbs.map(async ({ name, load }) => {
      const { default: command } = await load();
      return [[...path, name].join(" "), exitsOf(command).map(({ code }) => code)] as const;
    });
    const below = nouns.map((noun) => verbsBelow(noun, [...path, noun.name]));
    return [...(await Promise.all(own)), ...(await Promise.all(below)).flat()];
  };
  const exits = Object.entries(declared.verbs).map(([path, verb]) => [path, verb.exits]);
  expect(Object.fromEntries(exits)).toEqual(Object.fromEntries(await verbsBelow(PROGRAM, [])));
});

test("a verb has its arguments, options and own exit codes, and no text", () => {
  expect(declared.verbs["renewals check"]).toMatchObject({
    arguments: [{ name: "files", kind: "file", value: "FILE|FOLDER", repeatable: true }],
    options: { "--all-contexts": { kind: "boolean" }, "--within": { kind: "duration", value: "DURATION" } },
    exits: [0, 1, 2, 3, 130],
    failureExit: 3,
  });
  expect(declared.globals["--progress"]).toMatchObject({ kind: "choice", default: "auto" });
  expect(JSON.stringify(declared)).not.toMatch(/"(?:about|summary|en|ja)":/);
});
