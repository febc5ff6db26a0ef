import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { toPropertyParameters, expectMoreThan, LONG_TIMEOUT } from "#support/drawn.ts";
import type { CustomField } from "../lib/client/index.ts";
import { freshFolder, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

/** The one that is there from the start, and three customers; the last one's tenant is served. */
const EMBEDDED = "local";
const ADDING = { kanto: "--embedded", osaka: "--embedded", far: "--url https://far.example.jp" } as const;
const CUSTOMERS = ["kanto", "osaka", "far"] as const;
const NAMES = [EMBEDDED, ...CUSTOMERS] as const;
type Name = (typeof NAMES)[number];

const FIELD = example<CustomField>("addField");
const customer = fc.constantFrom(...CUSTOMERS);
const anyName = fc.constantFrom(...NAMES);
const perhaps = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: anyName });

const add = fc.record({ to: fc.constant("add" as const), name: customer, use: fc.boolean(), guarded: fc.boolean() });
const use = fc.record({ to: fc.constant("use" as const), name: anyName });
const remove = fc.record({ to: fc.constant("remove" as const), name: customer });
const set = fc.record({ to: fc.constant("set" as const), name: anyName, guarded: fc.boolean() });
const write = fc.record({
  to: fc.constant("write" as const),
  option: perhaps,
  variable: perhaps,
  confirms: fc.constantFrom("nothing", "nothing", "the one that is meant", "the one that is meant", ...NAMES),
  terminal: fc.boolean(),
});
const steps = fc.array(fc.oneof({ weight: 4, arbitrary: add }, use, remove, set, { weight: 5, arbitrary: write }), {
  minLength: 8,
  maxLength: 20,
  size: "max",
});
type Step = (typeof steps extends fc.Arbitrary<infer All> ? All : never)[number];
type Write = Extract<Step, { readonly to: "write" }>;

class Known {
  readonly home = freshFolder();
  /** the contexts there are, and whether each is protected */
  readonly protected = new Map<Name, boolean>([[EMBEDDED, false]]);
  readonly withData = new Set<Name>();
  /** what was last named to work on, or worked on without being named */
  expected: Name | undefined;

  /** How many contexts count where this one is worked on. */
  countedWith(target: Name): number {
    const counted = [...this.protected.keys()].filter((name) => name !== EMBEDDED || this.withData.has(name));
    return new Set([...counted, target]).size;
  }

  /** Notes a write, and leaves what the fake tenants do not. */
  wrote(target: Name, named: Name | undefined): void {
    if (named === undefined) this.expected = target;
    this.withData.add(target);
    if (target === "far") return;
    const folder = join(this.home, "tenants", target);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "tenant.db"), "rows");
  }
}

/** The line that changes the contexts. */
const lineOf = (step: Exclude<Step, Write>): string => {
  const guard = "guarded" in step && step.guarded;
  switch (step.to) {
    case "add":
      return `context add ${step.name} ${ADDING[step.name]}${step.use ? " --use" : ""}${guard ? " --protected" : ""}`;
    case "use":
      return `context use ${step.name}`;
    case "set":
      return `context set ${step.name} ${guard ? "--protected" : "--unprotected"}`;
    case "remove":
      return `context remove ${step.name} --confirm-context ${step.name}`;
  }
};

/** Changes the contexts, and what is known of them; tells what was not as it should be. */
async function change(known: Known, step: Exclude<Step, Write>): Promise<readonly string[]> {
  const { to, name } = step;
  const isThere = known.protected.has(name);
  const { exit } = await run(lineOf(step), { home: known.home });
  const wanted = to === "add" ? (isThere ? 3 : 0) : isThere ? 0 : 6;
  if (exit !== wanted) return [`${lineOf(step)} ended with ${exit}`];
  if (exit !== 0) return [];
  if ("guarded" in step) known.protected.set(name, step.guarded);
  if (to === "use" || (to === "add" && step.use)) known.expected = name;
  if (to === "remove") {
    known.protected.delete(name);
    known.withData.delete(name);
  }
  return [];
}

/** Writes; tells what was written to, if anything, and why it was not meant. */
async function attempt(known: Known, { option, variable, terminal, confirms }: Write) {
  const named = option ?? variable;
  // a terminal would ask for the name; what is typed is tested with the question
  const nothing = terminal && [...known.protected.values()].includes(true) ? EMBEDDED : undefined;
  const meant = named ?? known.expected ?? nothing;
  const confirmed = confirms === "nothing" ? nothing : confirms === "the one that is meant" ? meant : confirms;
  const words = ["users fields add 入社年度"];
  if (option !== undefined) words.push(`--context ${option}`);
  if (confirmed !== undefined) words.push(`--confirm-context ${confirmed}`);
  const reached: Name[] = [];
  const answer = (name: Name) => async (request: Request) => {
    if (request.method === "GET") return Response.json({ revision: 1 });
    reached.push(name);
    return Response.json(FIELD, { status: 201 });
  };
  const { exit, stderr } = await run(words.join(" "), {
    home: known.home,
    tenants: Object.fromEntries(NAMES.map((name) => [name, answer(name)])),
    environment: { CLOMOCTL_CONTEXT: variable },
    terminal: terminal ? {} : undefined,
  });
  const [target] = reached;
  const isProtected = (name: Name | undefined): boolean | undefined =>
    name === undefined ? undefined : known.protected.get(name);
  const several = target !== undefined && known.countedWith(target) > 1;
  const faults: readonly (readonly [boolean, string])[] =
    target === undefined
      ? [
          [exit === 0, "no file was written, which was not said"],
          [isProtected(named) === true && confirmed === named, "what was named and confirmed is refused"],
          [isProtected(named) === false && (confirmed ?? named) === named, "what was named is refused"],
        ]
      : [
          [exit !== 0 || reached.length > 1, "it failed, or more was written"],
          [target !== (named ?? known.expected ?? target), "another one was named"],
          [confirmed !== undefined && confirmed !== target, "another one was confirmed"],
          [isProtected(target) === true && confirmed === undefined, "it is protected"],
          [several && !terminal && named === undefined, "none was named, and nobody saw which"],
          [several && terminal && !stderr.includes(`tenant: ${target}\n`), "it was not said which"],
        ];
  if (target !== undefined) known.wrote(target, named);
  return { target, faults: faults.flatMap(([isWrong, what]) => (isWrong ? [`${words.join(" ")}: ${what}`] : [])) };
}

test(
  "no sequence of changes to three customers' contexts lets a write reach an unnamed tenant",
  LONG_TIMEOUT,
  async () => {
    const written = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const known = new Known();
        const faults: string[] = [];
        for (const step of all) {
          if (step.to !== "write") {
            faults.push(...(await change(known, step)));
            continue;
          }
          const { target = "nothing", faults: found } = await attempt(known, step);
          faults.push(...found);
          written.set(target, (written.get(target) ?? 0) + 1);
        }
        rmSync(known.home, { recursive: true, force: true });
        expect(faults).toEqual([]);
      }),
      toPropertyParameters(80, 20_261_123),
    );
    for (const name of ["nothing", ...NAMES]) expectMoreThan(written.get(name) ?? 0, 5);
  },
);
