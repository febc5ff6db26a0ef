import { afterAll, expect, test } from "vitest";
import { Failure } from "../lib/errors/index.ts";
import { CHANGING_COMMANDS, createMirrorWithTask, createPopulatedTenant } from "#support/commands/populated.ts";
import { run } from "#support/commands/program.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { folderForAllTests } from "#support/folder.ts";

/** Lines that change something, one after another in the tenant of `populated`: at least one for each command. */
const LINES: readonly string[] = [
  "orgs create 技術部 --code S4",
  "orgs edit S1 --name 営業本部",
  "orgs move S1 --parent S2",
  "orgs import orgs.csv --yes",
  "users create --name x --email x@example.jp --employee-code E3 --org S4",
  "orgs delete S4 --recursive --confirm-deletions 2",
  "users edit E1 --title y",
  "tenant set --ios yes",
  "users create --name y --email y@example.jp --employee-code E4",
  "users move E1 E2 --to S2",
  "users import users.csv --yes",
  "users delete E4 hanako@example.jp --confirm-deletions 2",
  "users create --name z --email z@example.jp",
  "users leave z@example.jp --confirm-deletions 1",
  "users import users.csv --dry-run --keep-plan",
  "imports commit last --yes",
  "users fields add 座席",
  "users fields remove 入社年 --confirm-deletions 1",
  "users edit E1 --administrator yes",
  "users edit E1 --administrator no",
  "devices create C03X",
  "devices edit C02X --memo y",
  "devices set-owner C02X C03X --user E1",
  "devices tag C02X C03X --add 貸出用",
  "devices import devices.csv --yes",
  "devices action lost-mode C02X --message 返却してください",
  "devices action end-lost-mode C02X",
  "devices action message C02X --message 更新してください",
  "devices action rename C02X --device-name 営業部-01",
  "devices action wallpaper C02X --picture logo.png --screen lock",
  "devices delete C03X C03Y --confirm-deletions 2",
  "config-profiles create P2 --kind vpn --org 全社",
  "config-profiles edit P1 --org 全社",
  "config-profiles import profiles.csv --yes",
  "config-profiles delete P2 P3 --confirm-deletions 2",
  "apps create A2 --kind Enterprise",
  "apps edit A1 --licences 10",
  "apps import apps.csv --yes",
  "apps delete A2 A3 --confirm-deletions 2",
  "secured users create saburo --app docs --name 三郎 --password-file password",
  "secured users edit hanako --app docs --name 華子",
  "secured users edit hanako --app docs --password-file password",
  "secured users import docs.csv --app docs --yes",
  "secured users delete saburo jiro --app docs --confirm-deletions 2",
  "secured users edit hanako --app docs --administrator yes",
  "secured users edit hanako --app docs --administrator no",
  "secured groups create 総務 --app docs",
  "secured groups delete 営業 総務 --app docs --confirm-deletions 2",
  "roles schemes create 組織担当 --item orgs.write",
  "roles schemes edit 登録係 --item orgs.write",
  "roles schemes delete 登録係 組織担当 --confirm-deletions 2",
  "clomo-account create E1 --account taro01",
  "clomo-account edit taro01 --memo y",
  "clomo-account edit taro01 --role system --support-option --password-file password",
  "clomo-account edit jiro01 --role operator --password-file password",
  "clomo-account reset-password jiro01 --password-file password",
  "handover transfer --from taro@example.jp --to jiro@example.jp --yes",
  "clomo-account revoke jiro01 --yes",
  "clomo-account settings set --composition employee-code --yes",
  "undo last --confirm-deletions 1",
  "handover answer --file answers.csv",
  "renewals add 予備 --kind android-owner --expires 2099-01-01 --account owner@gmail.example",
  "renewals edit 予備 --owner 山田",
  "renewals renew 予備 --signed-in 2026-04-01 --by a",
  "renewals remove 予備 --yes",
  "ade sync",
];

/** Lines that change something in the tenant of `mirrorWithTask`, one after another. */
const IN_MIRROR: readonly string[] = [
  "console drop 2 --yes",
  "console sync users.csv --part --yes",
  "devices create S9 --platform iOS --status 事前登録",
  "devices action message S9 --message 会議",
  "console confirm last",
];

/** Commands of which no line stands above, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "layouts learn": "layouts remove takes it back",
  "layouts remove": "it says that there is no undo",
  api: "only the tenant knows what the request does",
  "access-tokens revoke": "no records are changed",
  "ade business-key set": "Apple's side",
  "ade endpoint set": "Apple's side",
  "ade keypair create": "Apple's side",
  "ade token set": "Apple's side",
  "context add": "this machine",
  "context remove": "this machine",
  "context set": "this machine",
  "context use": "this machine",
  "handover receive": "a new tenant",
  "imports discard": "no records are changed",
};

test("every changing command has a line, or a reason why not", () => {
  const all = [...LINES, ...IN_MIRROR];
  const without = CHANGING_COMMANDS.filter(([path]) => !all.some((line) => `${line} `.startsWith(`${path} `)));
  expect(without.map(([path]) => path).toSorted()).toEqual(Object.keys(ELSEWHERE).toSorted());
});

/** What a line did. */
interface Outcome {
  readonly exit: number;
  readonly stderr: string;
  readonly undoable: readonly number[];
}

async function isUndoable({ client }: TestTenant, change: number): Promise<boolean> {
  try {
    const plan = await client.imports.undo(change);
    await client.imports.discard(plan.id);
    return plan.create + plan.update + plan.delete + (plan.beside ?? []).length > 0;
  } catch (error) {
    if (error instanceof Failure && error.code === "conflict") return false;
    throw error;
  }
}

const folder = folderForAllTests();

/** Runs lines one after another. */
async function outcomesOf(made: Promise<TestTenant>, lines: readonly string[]): Promise<ReadonlyMap<string, Outcome>> {
  await using tenant = await made;
  const outcomes = new Map<string, Outcome>();
  for (const line of lines) {
    const before = tenant.sql("select coalesce(max(number), 0) as last from change")[0]?.["last"];
    const { exit, stderr } = await run(`${line} --no-input`, { folder, home: folder, tenant: tenant.fetch });
    const undoable: number[] = [];
    for (const { number } of tenant.sql(`select number from change where number > ${Number(before)}`))
      if (await isUndoable(tenant, Number(number))) undoable.push(Number(number));
    outcomes.set(line, { exit, stderr, undoable });
  }
  return outcomes;
}

const outcomes = outcomesOf(createPopulatedTenant(folder), LINES);
const inMirror = outcomes.then(() => outcomesOf(createMirrorWithTask(), IN_MIRROR));
afterAll(async () => {
  await Promise.allSettled([outcomes, inMirror]);
});

const outcomeOf = async (line: string): Promise<Outcome> => {
  const outcome = (await outcomes).get(line) ?? (await inMirror).get(line);
  if (outcome === undefined) throw new TypeError(`${line} was not run`);
  return outcome;
};

test.each([...LINES, ...IN_MIRROR])(
  "%s makes at most one change, and prints its undo command only if it can be undone",
  async (line) => {
    const { exit, stderr, undoable } = await outcomeOf(line);
    expect(exit, stderr).toBe(0);
    const printed = [...stderr.matchAll(/^undo: clomoctl undo (\d+)$/gm)].map(([, number]) => Number(number));
    expect(printed).toEqual(undoable);
    expect(undoable.length).toBeLessThanOrEqual(1);
  },
);

test.each([
  ["users fields remove 入社年 --confirm-deletions 1", "the field 入社年 and its values"],
  ["secured users edit hanako --app docs --password-file password", "former passwords and keys"],
  ["clomo-account reset-password jiro01 --password-file password", "former passwords and keys"],
  ["clomo-account revoke jiro01 --yes", "former passwords and keys"],
])("%s warns in advance about what cannot be undone", async (line, what) => {
  const { stderr } = await outcomeOf(line);
  const said = stderr.indexOf(`undo does not restore ${what}\n`);
  expect(said, stderr).toBeGreaterThanOrEqual(0);
  const done = stderr.search(/^(?:undo: |the tenant now matches|the field 入社年 was removed)/m);
  expect(done === -1 || said < done).toBe(true);
});

test("a new key for Apple says before it is made that the former one does not come back", async () => {
  await using tenant = new TestTenant();
  const { stderr } = await run("ade keypair create -o - --replace", { tenant: tenant.fetch });
  expect(stderr.startsWith("undo does not restore former passwords and keys\n"), stderr).toBe(true);
});
