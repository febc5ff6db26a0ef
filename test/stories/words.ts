/**
 * The words by which the stories call the program. This is the only file of the stories that changes when a command is
 * renamed, or when another command does the work.
 */
type Words = readonly string[];

/** What asks the program and reads its JSON. */
interface Questioner {
  json<T>(words: Words, settings?: { readonly tried?: boolean; readonly code?: number }): Promise<T>;
}

/** What runs the program. */
interface Runner {
  run(words: Words, settings?: { readonly code: number }): Promise<unknown>;
}

/** What runs the program. */
interface Runner {
  run(
    words: Words,
    settings?: {
      readonly code?: number | "any";
      readonly aboutAll?: boolean;
      readonly tried?: boolean;
      readonly env?: Readonly<Record<string, string>>;
    },
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
}

/** A verb with its fixed words; options follow. */
const verb =
  (...words: Words) =>
  (...rest: Words): Words => [...words, ...rest];

export const help = verb("--help");
export const undo = verb("undo");
export const login = verb("login");
export const logout = verb("logout");
export const serve = verb("serve");
export const serveInit = verb("serve", "init");

export const context = {
  add: verb("context", "add"),
  list: verb("context", "list"),
  set: verb("context", "set"),
  use: verb("context", "use"),
  remove: verb("context", "remove"),
};

/** A new local tenant under a name. */
export const addTenant = (name: string, ...rest: Words): Words => ["context", "add", name, "--embedded", ...rest];

/** The tenant of a server under a name. */
export const addServedTenant = (name: string, url: string, ...rest: Words): Words => [
  ...context.add(name, "--url", url),
  ...rest,
];

/** The ordinary verbs of a record noun. */
const nounVerbs = (...noun: Words) => ({
  create: verb(...noun, "create"),
  edit: verb(...noun, "edit"),
  delete: verb(...noun, "delete"),
  list: verb(...noun, "list"),
  show: verb(...noun, "show"),
  import: verb(...noun, "import"),
  export: verb(...noun, "export"),
  template: verb(...noun, "template"),
  history: verb(...noun, "history"),
  /** takes an export of CLOMO's console into the mirror */
  take: (file: string, ...rest: Words): Words => ["console", "sync", file, ...rest],
  /** import a list, and write the file to upload in the console */
  importAndEmit: (file: string, upload: string, ...rest: Words): Words => [
    ...noun,
    "import",
    file,
    "--emit-csv",
    upload,
    ...rest,
  ],
});

const NIGHTLY =
  "users import --mode replace --yes --create-orgs --undeletable keep --max-deletions 5% --max-changes 20% --quiet".split(
    " ",
  );

export const users = {
  ...nounVerbs("users"),
  /** the import that cron runs every night, with its limits */
  importNightly: (file: string, context: string): Words => [...NIGHTLY, file, "--context", context],
  move: verb("users", "move"),
  /** imports HR's list as it is, with its wide spaces and narrow kana, and writes the file to upload */
  importHrList: (file: string, upload: string, ...rest: Words): Words => [
    "users",
    "import",
    file,
    "--emit-csv",
    upload,
    ...rest,
  ],
  leave: verb("users", "leave"),
  /** plans an import for somebody to commit later; its JSON has the plan's number */
  keepPlan: (file: string, ...rest: Words): Words => ["users", "import", file, "--dry-run", "--keep-plan", ...rest],
  /** says that a person is an administrator in the console */
  markAdministrator: (user: string, ...rest: Words): Words => [
    "users",
    "edit",
    user,
    "--administrator",
    "yes",
    ...rest,
  ],
};
export const orgs = { ...nounVerbs("orgs"), move: verb("orgs", "move") };
export const devices = {
  ...nounVerbs("devices"),
  setOwner: verb("devices", "set-owner"),
  tag: verb("devices", "tag"),
  lose: verb("devices", "action", "lost-mode"),
  find: verb("devices", "action", "end-lost-mode"),
  message: (text: string, ...serials: Words): Words => ["devices", "action", "message", ...serials, "--message", text],
  rename: (serial: string, name: string): Words => ["devices", "action", "rename", serial, "--device-name", name],
  actions: verb("devices", "action", "list"),
};
/** What the console installs on devices. */
export const profiles = {
  ...nounVerbs("config-profiles"),
  /** writes the file that was recorded with a profile */
  fileOf: (name: string, output: string): Words => ["config-profiles", "file", name, "-o", output],
};

export const apps = nounVerbs("apps");

/** Returns the names of the profiles that a device gets, in the order in which they were recorded. */
export async function profilesOn(story: Questioner, serial: string): Promise<readonly string[]> {
  const rows = await story.json<{ name: string }[]>(profiles.list("--device", serial));
  return rows.map(({ name }) => name);
}

/** Returns the serial numbers of the devices in lost mode, sorted. */
export async function lostSerials(story: Questioner): Promise<readonly string[]> {
  const rows = await story.json<{ serialNumber: string }[]>(devices.list("--lost"));
  return rows.map(({ serialNumber }) => serialNumber).toSorted();
}

/** Returns the states of the steps of the manual, by number. */
export async function setUpStates(story: Questioner): Promise<Readonly<Record<number, string>>> {
  const rows = await story.json<{ number: number; state: string }[]>(["onboarding", "status"]);
  return Object.fromEntries(rows.map(({ number, state }) => [number, state]));
}
/** The nouns of CLOMO PANEL's screens. */
export const panelNouns = { users, orgs, devices };
export const securedUsers = {
  ...nounVerbs("secured", "users"),
  /** imports a list that names groups the tenant does not have yet */
  importWithGroups: (app: string, file: string, upload: string, ...rest: Words): Words => [
    "secured",
    "users",
    "import",
    file,
    "--app",
    app,
    "--create-groups",
    "--emit-csv",
    upload,
    ...rest,
  ],
  markAdministrator: (app: string, user: string, ...rest: Words): Words => [
    "secured",
    "users",
    "edit",
    user,
    "--app",
    app,
    "--administrator",
    "yes",
    ...rest,
  ],
};

export const csv = { check: verb("csv", "check"), convert: verb("csv", "convert"), map: verb("csv", "map") };

export const imports = {
  list: verb("imports", "list"),
  show: verb("imports", "show"),
  commit: verb("imports", "commit"),
  discard: verb("imports", "discard"),
};

/** imports a list only as a plan that is kept, with a workbook for the one who approves it */
export const propose = (noun: Words, file: string, report: string, ...rest: Words): Words => [
  ...noun,
  "import",
  file,
  "--dry-run",
  "--keep-plan",
  "--report",
  report,
  ...rest,
];

/** the organisations that are imported in the same change */
export const withOrgs = (file: string): Words => ["--orgs", file];

/** Returns the number of the plan that is kept. */
export async function keptPlan(story: Questioner): Promise<string> {
  const rows = await story.json<{ number: string; state: string }[]>(imports.list(), { tried: false });
  return rows.find(({ state }) => state === "planned")?.number ?? "none is kept";
}

export const consoleTasks = {
  list: verb("console", "list"),
  show: verb("console", "show"),
  confirm: verb("console", "confirm"),
  drop: verb("console", "drop"),
};

export const accounts = {
  create: verb("clomo-account", "create"),
  edit: verb("clomo-account", "edit"),
  list: verb("clomo-account", "list"),
  show: verb("clomo-account", "show"),
  revoke: verb("clomo-account", "revoke"),
  resetPassword: verb("clomo-account", "reset-password"),
};
/** sets the password by which an administrator of a mirror signs in to its server */
export const setSignInPassword = (account: string, file: string): Words => [
  "clomo-account",
  "reset-password",
  account,
  "--for-sign-in",
  "--password-file",
  file,
];
/** what `login` asks for */
export const loginAnswers = (account: string, password: string): Readonly<Record<string, string>> => ({
  "Account:": account,
  "Password:": password,
});
/** gives an account a role */
export const giveRole = (account: string, role: string): Words => ["clomo-account", "edit", account, "--role", role];
/** a token with which a program may only read; its secret goes to a file */
export const createReadingToken = (name: string, file: string, ...rest: Words): Words => [
  ...tokens.create(name, "--read-only", "-o", file),
  ...rest,
];
/** a token with which a program may import users; its secret goes to a file */
export const createImportingToken = (name: string, file: string, ...rest: Words): Words => [
  ...tokens.create(name, "-o", file),
  ...rest,
];
/** a nightly list by a program's token, at most one deletion */
export const importByToken = (list: string, file: string): Words => [
  ...`users import ${list} --mode replace --yes --max-deletions 1 --undeletable keep`.split(" "),
  ...`--context office --token-file ${file} --quiet`.split(" "),
];
export const tokens = {
  create: verb("access-tokens", "create"),
  list: verb("access-tokens", "list"),
  revoke: verb("access-tokens", "revoke"),
};
export const audit = { list: verb("audit", "list"), show: verb("audit", "show"), verify: verb("audit", "verify") };
export const tenant = { set: verb("tenant", "set"), show: verb("tenant", "show") };

export const renewals = {
  add: verb("renewals", "add"),
  check: verb("renewals", "check"),
  list: verb("renewals", "list"),
  guide: verb("renewals", "guide"),
  verify: verb("renewals", "verify"),
  remove: verb("renewals", "remove"),
  edit: verb("renewals", "edit"),
  renew: verb("renewals", "renew"),
  /** records a file, and what the console shows after its upload */
  renewAndConfirm: (item: string, file: string, date: string, ...rest: Words): readonly Words[] => [
    renewals.renew(item, file, "--console-shows", date, ...rest),
  ],
  /** records that somebody signed in to an account that needs it once a year */
  signedIn: (item: string, date: string, ...rest: Words): Words => [
    "renewals",
    "renew",
    item,
    "--signed-in",
    date,
    "--by",
    "tanaka",
    ...rest,
  ],
  compare: (current: string, next: string, ...rest: Words): Words => [
    "renewals",
    "verify",
    "--current",
    current,
    "--new",
    next,
    ...rest,
  ],
  notifyTest: verb("renewals", "notify", "test"),
  schedule: verb("renewals", "schedule"),
};

export const handover = {
  checklist: verb("handover", "checklist"),
  answer: verb("handover", "answer"),
  /** records answers from a file that {@link answerFile} wrote */
  answerAll: (file: string, ...rest: Words): Words => ["handover", "answer", "--file", file, ...rest],
  transfer: verb("handover", "transfer"),
  export: verb("handover", "export"),
  verify: verb("handover", "verify"),
  report: verb("handover", "report"),
  /** makes the tenant of a bundle one's own; `told` is the fingerprint that was heard on the telephone */
  receive: (bundle: string, context: string, told: string, ...rest: Words): Words => [
    "handover",
    "receive",
    bundle,
    "--context",
    context,
    "--fingerprint",
    told.slice(0, 16),
    "--yes",
    ...rest,
  ],
};

/** Names of files in a bundle. */
export const bundleFiles = {
  manifest: "manifest.json",
  hashes: "SHA256SUMS",
  tenant: "tenant.db",
  records: (type: string): string => `resources/${type}.ndjson`,
};

/** Returns the content of a file with answers for `handover answer`. */
export const answerFile = (by: string, answers: Readonly<Record<string, string>>): string =>
  ["question,value,by", ...Object.entries(answers).map(([question, value]) => `${question},${value},${by}`), ""].join(
    "\n",
  );

/** Returns the numbers of gaps in the checklist, and of the steps for a leaver. */
export async function checklistCounts(
  story: Questioner,
  ...rest: Words
): Promise<{ readonly gaps: number; readonly steps: number }> {
  const rows = await story.json<{ state: string }[]>(handover.checklist(...rest));
  const count = (state: string): number => rows.filter((row) => row.state === state).length;
  return { gaps: count("gap"), steps: count("step") };
}

/** Returns the number by which a bundle is compared on the telephone. */
export async function fingerprint(story: Questioner, bundle: string): Promise<string> {
  const verified = await story.json<{ fingerprint: string }>(handover.verify(bundle));
  return verified.fingerprint;
}

/** Returns the values that the checklist knows: contacts, dates, answers. */
export async function recordedValues(story: Questioner): Promise<readonly string[]> {
  const rows = await story.json<{ value: string | null }[]>(handover.checklist("--full"));
  return rows.flatMap(({ value }) => value ?? []);
}

export const ade = {
  sync: verb("ade", "sync"),
  status: verb("ade", "status"),
  devices: verb("ade", "devices", "list"),
  createKey: verb("ade", "keypair", "create"),
  setToken: verb("ade", "token", "set"),
  setEndpoint: (url: string, ...rest: Words): Words => ["ade", "endpoint", "set", url, ...rest],
  useApple: verb("ade", "endpoint", "set", "--apple"),
};

/** Returns the serial numbers that Apple assigns to the tenant as of the last sync, sorted. */
export async function assignedSerials(story: Questioner): Promise<readonly string[]> {
  const rows = await story.json<{ serialNumber: string }[]>(ade.devices());
  return rows.map(({ serialNumber }) => serialNumber).toSorted();
}

/** The file of the recipients of reminders in a home, without their mail server's secrets. */
export const reminderSettings = (
  port: number,
  addresses: Words,
): { readonly name: string; readonly content: string } => ({
  name: "notify.yaml",
  content: JSON.stringify({
    smtp: { host: "127.0.0.1", port, security: "none", from: "clomo@example.jp" },
    recipients: addresses.map((address, at) => ({ name: `r${at}`, way: "mail", address })),
  }),
});

/** What a renewal item is called by people. */
export interface NamedItem {
  readonly context: string;
  readonly kind: string;
  readonly name: string;
}

/** Whether a mail reminds of an item. */
export const remindsOf = (mail: string, { context, name }: NamedItem): boolean =>
  mail.split("\n").some((line) => line.startsWith("- ") && line.includes(context) && line.includes(`「${name}」`));

/** Whether a mail reminds of items; another one says once a month what is due. */
export const isReminder = (mail: string): boolean => !mail.includes("今後 90 日");

/** The command that sends and prints what is new in all tenants. */
export const sendReminders: Words = ["status", "--notify", "--no-input", "--lang", "ja"];

/** What a morning came to. */
export interface Morning {
  readonly delivered: boolean;
  /** 0 ok, 1 warning, 2 critical, 3 unknown */
  readonly verdict: number;
  readonly printed: string;
}

/** Runs what runs once a day: reminders are sent, and what is wrong is printed. */
export async function runMorning(story: Runner): Promise<Morning> {
  const { code, stdout } = await story.run(sendReminders, { code: "any", aboutAll: true });
  return { delivered: !stdout.includes("に通知できませんでした"), verdict: code, printed: stdout };
}

/** Returns which of the ways to look at a morning say that something is wrong with a context. */
export async function complaints(story: Runner, name: string, mails: () => Words): Promise<Words> {
  const look = async (...rest: Words): Promise<string> =>
    (await story.run(["status", "--lang", "ja", ...rest], { code: "any", aboutAll: true })).stdout;
  await runMorning(story);
  const [status, nagios, prometheus] = [await look(), await look("--nagios"), await look("--prometheus", "-")];
  const named = new RegExp(`(?:至急|注意) ${name}: |^clomoctl_findings\\{context="${name}".* [1-9]`, "m");
  const views = Object.entries({ status, nagios, prometheus, mail: mails().join("\n") });
  return views.flatMap(([view, said]) => (named.test(said) ? [view] : []));
}

/**
 * Schedules what runs once a day with cron.
 *
 * @returns the line that a person adds to the crontab; undefined if the command has changed the crontab itself
 */
export async function scheduleDaily(
  story: Runner,
  at: string,
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const { stdout } = await story.run(renewals.schedule("--with", "cron", "--at", at), { env, tried: false });
  return stdout.trim();
}

/** Returns the recorded renewal items of all tenants. */
export const renewalItems = (
  story: Questioner,
): Promise<readonly (NamedItem & { readonly expiresAt: string; readonly daysLeft: number })[]> =>
  story.json(renewals.list("--all-contexts"), { tried: false });

/** Returns the contexts of a story's home. */
export async function contextNames(
  story: Questioner,
): Promise<readonly { readonly name: string; readonly inUse: boolean }[]> {
  const rows = await story.json<{ name: string; used: boolean }[]>(context.list(), { tried: false });
  return rows.map(({ name, used }) => ({ name, inUse: used }));
}

/** Returns the number of the last change of a context's tenant; 0 if there is none. */
export async function lastChange(story: Questioner, name: string): Promise<number> {
  const rows = await story.json<{ number: number }[]>(audit.list("--limit", "1", "--context", name), { tried: false });
  return rows[0]?.number ?? 0;
}

/** What a list or an export of the console changed. */
export interface Effect {
  /** the number by which the change is undone */
  readonly number: number;
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

/** Returns what the last import did. */
export async function lastImport(story: Questioner): Promise<Effect | undefined> {
  const rows = await story.json<(Effect & { change: number })[]>(imports.list(), { tried: false });
  const [last] = rows;
  return last && { number: last.change, create: last.create, update: last.update, delete: last.delete };
}

/** Returns the keys of the records that differ from what the console showed last. */
export async function openKeys(story: Questioner): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const { number } of await story.json<{ number: number }[]>(consoleTasks.list(), { tried: false })) {
    const words = consoleTasks.show(String(number));
    const { records } = await story.json<{ records: { key: string; state: string }[] }>(words, { tried: false });
    // what was taken back does not differ
    keys.push(...records.flatMap(({ key, state }) => (state === "taken-back" ? [] : [key])));
  }
  return keys.toSorted();
}

/**
 * Undoes a change that was uploaded, but for the records that a later change wrote, and writes the file to upload that
 * undoes it in the console.
 */
export async function takeBack(story: Questioner & Runner, change: number, upload: string): Promise<void> {
  const undone = await story.json<{ change: number }>(undo(String(change), "--skip-blocked", "--yes"), { code: 8 });
  await story.run(["console", "upload", String(undone.change), "-o", upload], { code: 0 });
}

/** Says that everything that is open was done in the console, as no export shows it. */
export async function confirmOpen(story: Questioner & Runner): Promise<void> {
  for (const { number } of await story.json<{ number: number }[]>(consoleTasks.list(), { tried: false }))
    await story.run(consoleTasks.confirm(String(number), "--yes"), { code: 0 });
}

/** Returns the numbers of the open tasks in the console of the tenant in use. */
export async function openTasks(story: Questioner): Promise<readonly string[]> {
  const rows = await story.json<{ number: number }[]>(consoleTasks.list(), { tried: false });
  return rows.map(({ number }) => String(number));
}

/** Runs `users leave`, and returns how many accounts, devices, SECURED APPs users and users its answer names. */
export async function leaving(
  story: Questioner,
  code: number,
  ...rest: Words
): Promise<Readonly<Record<"account" | "device" | "secured" | "user", number>>> {
  const rows = await story.json<{ kind: string }[]>(users.leave(...rest), { code });
  const count = (kind: string): number => rows.filter((row) => row.kind === kind).length;
  return { account: count("account"), device: count("device"), secured: count("secured"), user: count("user") };
}

/** How many records a plan changes. */
interface Counts {
  readonly create: number;
  readonly update: number;
  readonly unchanged: number;
  readonly delete: number;
}

/** Runs an import or an undo, and returns the counts of its answer. */
export async function countChanges(
  story: Questioner,
  words: Words,
  settings: { readonly tried?: boolean; readonly code?: number } = {},
): Promise<Counts> {
  const [counts] = [await story.json<Counts | readonly Counts[]>(words, settings)].flat();
  if (counts === undefined) throw new Error("an answer without counts");
  return counts;
}
