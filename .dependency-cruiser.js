import { Visitor } from "@swc/core/Visitor.js";

// dependency-cruiser cannot read by TypeScript 7 yet, and swc's visitor, which it takes instead, has not learned `using`
const { visitStatement } = Visitor.prototype;
Visitor.prototype.visitStatement = function (statement) {
  if (statement.type !== "UsingDeclaration") return visitStatement.call(this, statement);
  this.visitVariableDeclarators(statement.decls);
  return statement;
};

/**
 * The import directions of docs/architecture.md. A folder may import itself, `lib/text`, `lib/errors`, `lib/advice`, packages and
 * what is listed here; nothing else of ours.
 */
const ALLOWED = {
  text: [],
  advice: [],
  errors: [],
  terminal: [],
  document: ["terminal"],
  files: [],
  config: ["model", "files"],
  model: [],
  nouns: ["model"],
  // rights, words and formats are computed from the index of nouns
  derived: ["model", "nouns"],
  rules: ["model", "nouns", "derived"],
  csv: ["model", "nouns", "derived", "files"],
  xlsx: ["csv", "model"],
  apple: ["model", "nouns"],
  client: ["tenant", "model"],
  "sign-in": ["client", "config", "files", "model"],
  plan: ["tenant", "csv", "terminal", "model", "nouns", "derived"],
  renewals: ["document", "terminal", "apple", "model", "nouns", "derived", "files"],
  handover: ["document", "csv", "model", "nouns", "derived", "files", "renewals", "rules"],
  onboarding: ["document", "renewals", "model", "nouns", "derived"],
  serve: ["model", "nouns", "files", "renewals", "tenant"],
  replicate: ["model", "config", "files", "tenant"],
  tenant: ["rules", "csv", "xlsx", "apple", "renewals", "handover", "model", "nouns", "derived", "files"],
};

const COMMANDS_MAY = [
  "plan",
  "rules",
  "client",
  "config",
  "sign-in",
  "files",
  "csv",
  "xlsx",
  "terminal",
  "document",
  "renewals",
  "handover",
  "onboarding",
  "serve",
  "apple",
  "model",
  "nouns",
  "derived",
];

/** Tests; what only they use lies in `test/support`. */
const TESTS = [String.raw`\.test\.ts$`];

/** Who may use the machine's files, system and programs. */
const MACHINE = ["^src/lib/(?:files|config|replicate|tenant/(?:store|ledger|plans))/", "^src/cli/"];

/** The storeys of a tenant, the lowest first. Each imports only itself and lower ones. */
const STOREYS = ["store", "ledger", "plans", "subjects", "api"];

const lib = (names) => `^src/lib/(?:${["text", "errors", "advice", ...names].join("|")})/`;

const layers = Object.entries(ALLOWED).map(([name, others]) => ({
  name: `${name}-imports`,
  comment: `lib/${name} imports only: ${["text", "errors", "advice", ...others].join(", ")}`,
  severity: "error",
  from: { path: `^src/lib/${name}/`, pathNot: TESTS },
  to: { path: "^src/", pathNot: [lib([name, ...others])] },
}));

const storeys = STOREYS.map((name, at) => ({
  name: `${name}-imports`,
  comment: `lib/tenant/${name} imports of the tenant only: ${STOREYS.slice(0, at + 1).join(", ")}`,
  severity: "error",
  from: { path: `^src/lib/tenant/${name}/`, pathNot: TESTS },
  to: { path: "^src/lib/tenant/", pathNot: `^src/lib/tenant/(?:${STOREYS.slice(0, at + 1).join("|")})/` },
}));

export default {
  forbidden: [
    ...layers,
    ...storeys,
    {
      name: "commands-imports",
      comment: "commands never reach the tenant but through the client",
      severity: "error",
      from: { path: "^src/commands/", pathNot: TESTS },
      to: { path: "^src/", pathNot: ["^src/commands/", lib(COMMANDS_MAY)] },
    },
    {
      name: "kits-know-no-verbs",
      comment: "what verbs share knows no verb",
      severity: "error",
      from: { path: "^src/commands/kit/", pathNot: TESTS },
      to: { path: "^src/commands/", pathNot: "^src/commands/kit/" },
    },
    {
      name: "nouns-by-kits",
      comment: "a noun uses kits, and nothing of another noun's folder",
      severity: "error",
      from: { path: "^src/commands/([^/]+)/", pathNot: TESTS },
      to: { path: "^src/commands/", pathNot: "^src/commands/(?:kit|$1)/" },
    },
    {
      name: "outputs-by-declaration",
      comment:
        "what a command writes for the user is declared, and goes through Outputs, which replaces nothing unasked",
      severity: "error",
      from: { path: "^src/commands/", pathNot: TESTS },
      to: { path: String.raw`^src/lib/files/(?:atomic|folder-writer)\.ts$` },
    },
    {
      name: "cli-is-the-top",
      comment: "nothing but the program imports the program",
      severity: "error",
      from: { path: "^src/", pathNot: [String.raw`^src/cli(?:/|\.ts$)`, ...TESTS] },
      to: { path: String.raw`^src/cli(?:/|\.ts$)` },
    },
    {
      name: "no-tests-in-the-program",
      comment: "what tests use, the program does not",
      severity: "error",
      from: { path: "^src/", pathNot: TESTS },
      to: { path: [...TESTS, "^(?:test|bench|scripts)/"] },
    },
    {
      name: "folders-are-known",
      comment: "a new folder of src/lib needs its line in ALLOWED",
      severity: "error",
      from: {},
      to: { path: "^src/lib/", pathNot: lib(Object.keys(ALLOWED)) },
    },
    {
      name: "files-are-known",
      comment: "src holds lib, commands and cli; nothing stands beside their folders unused",
      severity: "error",
      from: { path: "^src/", pathNot: [lib(Object.keys(ALLOWED)), "^src/commands/", String.raw`^src/cli(?:/|\.ts$)`] },
      to: {},
    },
    {
      name: "no-orphans",
      comment: "a file that imports nothing and is imported by nothing has no place",
      severity: "error",
      from: { orphan: true, path: "^src/", pathNot: String.raw`\.d\.ts$` },
      to: {},
    },
    {
      name: "statements-decide-nothing",
      comment: "statements know no sessions",
      severity: "error",
      from: { path: String.raw`^src/lib/tenant/.*-rows\.ts$`, pathNot: TESTS },
      to: { path: String.raw`^src/lib/tenant/ledger/session\.ts$` },
    },
    {
      name: "model-needs-no-package",
      comment: "lib/model and lib/nouns are plain data",
      severity: "error",
      from: { path: "^src/lib/(?:derived|model|nouns)/", pathNot: TESTS },
      to: { dependencyTypes: ["npm", "npm-dev"] },
    },
    {
      name: "no-circles",
      comment: "no circle, of types either; what is loaded later by import() may know its caller",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["dynamic-import"] } },
    },
    {
      name: "machine-by-few",
      comment:
        "files, the operating system and other programs are reached through lib/files; a notice's command is a program",
      severity: "error",
      from: { path: "^src/", pathNot: [...MACHINE, ...TESTS] },
      to: { path: String.raw`^(?:node:)?(?:fs(?:/promises)?|os|child_process)$` },
    },
    {
      name: "all-resolve",
      comment: "numfmt 4.0.1 names a file of types that it lacks",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^numfmt$" },
    },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node"],
    },
  },
};
