import { line, step } from "../../lib/advice/index.ts";
import type { Account, RestoredResource, RestorePlan } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { attachedTo, type Manifest } from "../../lib/handover/bundle/manifest.ts";
import { asBundle, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { unsound, verifyBundle } from "../../lib/handover/compare/verify.ts";
import {
  isTravelling,
  RESOURCE_NAMES,
  resourceOf,
  STAYS,
  type ResourceName,
  type TravellingName,
} from "../../lib/handover/resources.ts";
import { ROLES, type Role } from "../../lib/model/role.ts";
import { dayOf } from "../../lib/model/time.ts";
import { BYTES, type Column } from "../../lib/terminal/index.ts";
import { counted, text, type Text } from "../../lib/text/index.ts";
import { typableName } from "../../lib/text/shell-word.ts";
import { defineCommand } from "../command.ts";
import { ALLOW_OTHER_TENANT, CONFIRM_DELETIONS } from "../imports/plan/options.ts";
import { requireNamed } from "../permission.ts";
import { refuseOtherNumber } from "../../lib/plan/confirm.ts";
import { changesOf, countAll, renderPlan, type Plan } from "../../lib/plan/plan.ts";
import { mayApply } from "../imports/plan/settle.ts";
import { DRY_RUN } from "../records/options.ts";
import { requireRight } from "../rights.ts";
import { BEFORE_WRITING, DRY, notRestored, proposeUndo, WHILE_WRITING, WRITTEN } from "../records/written.ts";
import { zoneOf, type ChosenTenant, type Tools } from "../tools.ts";
import { describeTarget, mayBeForeignBundle } from "./foreign.ts";
import { BUNDLE, IDENTITY, openNamed, sentParts, verifying } from "./bundle.ts";

/** What becomes of a resource; of one that stays nothing does. */
interface AppliedRow {
  readonly resource: ResourceName;
  readonly added: number | null;
  readonly changed: number | null;
  readonly removed: number | null;
  readonly unchanged: number | null;
  readonly stays: keyof typeof STAYS | null;
}

const count = (key: "added" | "changed" | "removed" | "unchanged", header: Text): Column<AppliedRow> => ({
  key,
  header,
  align: "end",
  value: (row) => row[key],
});

const COLUMNS: readonly Column<AppliedRow>[] = [
  {
    key: "resource",
    header: text("resource", "種類"),
    value: ({ resource }) => resource,
    name: ({ resource }) => resourceOf(resource).title,
  },
  count("added", text("added", "追加")),
  count("changed", text("changed", "変更")),
  count("removed", text("removed", "削除")),
  count("unchanged", text("unchanged", "変更なし")),
  {
    key: "stays",
    header: text("left as it is", "適用の対象外"),
    value: ({ stays }) => stays,
    name: ({ stays }) => (stays === null ? null : STAYS[stays]),
    wraps: true,
  },
];

/** Removals and refusals that people are shown. */
const FIRST = 20;

/** A bundle as it was named, and the file that opens it. */
interface NamedBundle {
  readonly bundle: string;
  readonly identity: string | undefined;
}

const TRAVELLING = RESOURCE_NAMES.filter(isTravelling);

export default defineCommand({
  summary: text("make the tenant like a bundle", "テナントを引き継ぎデータと同じ状態にする"),
  details: [
    text(
      "The bundle is verified in full first. Then the plan is shown, and asked about: what is added, changed and removed, by resource. It is one change: all of it, or nothing. Records keep their ids and times, and a second time nothing changes. Nothing is removed unless its number is typed, or given by --confirm-deletions.",
      "最初に引き継ぎデータ全体を検証し、追加・変更・削除の件数を種類ごとに表示して確認します。1 回の変更として、全部適用するか、何も変更しないかのどちらかです。ID と日時はそのまま引き継ぎ、2 回目の適用では何も変わりません。削除があるときは、件数の入力か --confirm-deletions が必要です。",
    ),
    text(
      "Passwords are in no bundle: whose account needs one is listed in the end, and with the plan whom it makes an administrator who has one from before. Nor are certificates, tokens and what Apple holds: what the tenant has of them stays. A bundle made with --scope is not applied, as the rest of the tenant would be removed. A tenant that is made like a mirror of the console is a mirror, too; to one that is a mirror already only what is recorded here alone is applied.",
      "パスワードは含まれないため、再設定が必要なアカウントを最後に示します。適用によって管理者になり、以前のパスワードが残っている人は、計画とともに示します。証明書・トークンと Apple 側の情報も適用の対象外で、テナントにあるものがそのまま残ります。--scope で書き出したものは、残りの組織が削除されるため適用できません。管理画面のミラーから書き出したものを適用したテナントは、同じくミラーになります。すでにミラーであるテナントには、ここだけに記録されているものだけを適用できます。",
    ),
  ],
  args: { bundle: BUNDLE },
  options: {
    only: {
      kind: "choice",
      choices: TRAVELLING,
      repeatable: true,
      value: "NAME",
      about: text("only this resource; may be repeated", "この種類だけ(複数指定可)"),
    },
    confirmDeletions: CONFIRM_DELETIONS,
    allow: ALLOW_OTHER_TENANT,
    dryRun: DRY_RUN,
    ...IDENTITY,
  },
  examples: [
    { line: "clomoctl handover apply handover-2027-03 --dry-run" },
    { line: "clomoctl handover apply handover.zip --only orgs --only users --confirm-deletions 2" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  shows: COLUMNS,
  async run(tools, { bundle, only, confirmDeletions, allow, dryRun, identity }) {
    const { terminal } = tools;
    const named: NamedBundle = { bundle, identity };
    tools.describeState(() => BEFORE_WRITING);
    tools.summarize({ file: bundle });
    await requireRight(tools, "accounts.roles", NOT_EVERYBODY);
    const chosen = await tools.tenant("restores", "accounts", "users", "devices");
    if (!dryRun) requireNamed(tools, chosen);
    await using found = await openNamed(tools, bundle, identity);
    const manifest = await verified(tools, found);
    const resources = chosenFrom(manifest, only, bundle);
    const mirroredAt = manifest.tenant.mirroredAt ?? undefined;
    const { client } = chosen;
    const compare = (names: readonly TravellingName[]) =>
      sending(tools, COMPARING, found, names, (parts) =>
        client.restores.plan(parts, { only: names.join(","), mirroredAt }, tools.signal),
      );
    const plan = await compare(resources);
    const { name: context } = chosen.context;
    const shown = planOf(plan, {
      target: describeTarget(context, manifest),
      zone: zoneOf(tools, chosen),
      named,
      manifest,
    });
    const removed = countAll(shown.changes, "delete");
    tools.summarize({
      create: countAll(shown.changes, "create"),
      update: countAll(shown.changes, "update"),
      delete: removed,
    });
    await terminal.list(COLUMNS, rowsOf(plan, manifest, only));
    await refuse(tools, plan, named);
    await renderPlan(terminal, shown);
    const options = { ...named, only, allow, dryRun };
    const all = travellingIn(manifest);
    const compareAll = () => (all.length === resources.length ? Promise.resolve(plan) : compare(all));
    const compared = { client, files: found, plan, compareAll };
    if (!isNothing(plan) && !(await mayBeForeignBundle(tools, compared, { manifest, context }, options)))
      return terminal.note(BEFORE_WRITING);
    refuseOtherNumber(shown, { confirmDeletions });
    if (isNothing(plan)) return terminal.note(SAME);
    const raised = keepsPasswords(plan, manifest) ? await raisedBy(found, client.accounts) : [];
    await tellRaised(tools, raised, WOULD_BE_RAISED);
    if (dryRun) return terminal.note(DRY);
    if (!(await mayApply(tools, shown, { confirmDeletions }))) return terminal.note(BEFORE_WRITING);
    await chosen.permitChange();
    tools.describeState(() => WHILE_WRITING);
    await sending(tools, APPLYING, found, resources, ({ manifest: hash, ...parts }) =>
      client.restores.create(
        plan,
        parts,
        { only: resources.join(","), mirroredAt, deletions: removed, manifest: hash },
        tools.signal,
      ),
    );
    tools.describeDone(WRITTEN);
    tools.summarize({ changed: true });
    return tellAfter(tools, plan, { manifest, raised, accounts: client.accounts });
  },
});

/** Says what a bundle does not do by itself, once it is applied. */
async function tellAfter(
  tools: Tools,
  plan: RestorePlan,
  {
    manifest,
    raised,
    accounts,
  }: { readonly manifest: Manifest; readonly raised: readonly Account[]; readonly accounts: Accounts },
): Promise<void> {
  await tools.terminal.note(DONE);
  if (undoOf(plan).some) await proposeUndo(tools);
  for (const line of [...ofLeaver(manifest), ...AFTERWARDS]) await tools.terminal.note(line);
  if (!keepsPasswords(plan, manifest)) return;
  await tellRaised(tools, await asNow(raised, accounts), RAISED);
  await tellPasswords(tools, accounts.list);
}

/** Resources of which changes keep no versions. */
const WITHOUT_VERSIONS: readonly string[] = ["tenant", "renewals", "answers"];
const PROFILE_AND_DATES = text("the tenant's profile, renewals and answers", "テナントの情報、年次更新・期限、回答");

/** Returns whether an undo restores some of what a plan writes, and all of it. */
const undoOf = ({ resources }: RestorePlan): { readonly some: boolean; readonly all: boolean } => {
  const written = resources.filter(({ added, changed, removed }) => added + changed + removed > 0);
  const isKept = ({ name }: RestoredResource): boolean => !WITHOUT_VERSIONS.includes(name);
  return { some: written.some(isKept), all: written.every(isKept) };
};

const NOT_EVERYBODY = {
  asked: text("apply a bundle", "引き継ぎデータの適用"),
  why: text(
    "a bundle has administrators and their rights, so even a part of it is applied by a system administrator, or by the tenant's owner (without --as)",
    "引き継ぎデータには管理者とその権限も含まれるため、一部だけでも、システム管理者かテナントの所有者(--as なし)が行ってください",
  ),
};

/** Returns what applying a bundle would do. */
function planOf(
  restore: RestorePlan,
  {
    target,
    zone,
    named,
    manifest,
  }: { readonly target: Text; readonly zone: string; readonly named: NamedBundle; readonly manifest: Manifest },
): Plan {
  const changes = restore.resources.map(({ name, added, changed, removed }) =>
    changesOf(resourceOf(name as ResourceName).title, { create: added, update: changed, delete: removed }),
  );
  const lines = restore.removals.slice(0, FIRST).map(({ resource, id, name }) => {
    const { title } = resourceOf(resource as ResourceName);
    const called = name === null ? id : `${name} (${id})`;
    return text(`  - ${title.en} ${called}`, `  - ${title.ja} ${called}`);
  });
  return {
    target,
    changes,
    lines: [text(`plan for ${target.en}`, `${target.ja} に対する計画`)],
    notes: isNothing(restore)
      ? []
      : [...(restore.becomesMirror ? mirrorLines(manifest, zone) : []), ...moreLines(restore, manifest, named)],
    samples: [{ lines, rest: countAll(changes, "delete") - lines.length }],
  };
}

const isNothing = ({ becomesMirror, resources }: RestorePlan): boolean =>
  !becomesMirror && resources.every((each) => each.added + each.changed + each.removed === 0);

const SAME = text(
  "the tenant is like the bundle already: nothing was changed",
  "テナントはすでに引き継ぎデータと同じ状態のため、何も変更していません",
);
const DONE = text(
  "the tenant is like the bundle now, as far as it is applied",
  "テナントを引き継ぎデータと同じ状態にしました(適用の対象のみ)",
);

/** Verifies all of a bundle. @throws Failure `input-rejected` for the first fault */
async function verified(tools: Tools, found: BundleFiles): Promise<Manifest> {
  const progress = verifying(tools, [found]);
  const { manifest, faults, faultCount, hashes } = await verifyBundle(found, {
    ...progress.options,
    hashesOnly: false,
  });
  progress.finish();
  const [fault] = faults;
  if (fault !== undefined || manifest === undefined) {
    throw unsound(found.name, fault ?? { file: ".", what: BEFORE_WRITING }, Math.max(0, faultCount - 1));
  }
  found.hold(hashes);
  return manifest;
}

/**
 * The resources that are sent. @throws Failure `input-rejected` where the bundle lacks one, or is of a part of a tenant */
function chosenFrom(manifest: Manifest, only: readonly TravellingName[], bundle: string): readonly TravellingName[] {
  const { scope, partial } = manifest;
  if (scope !== null) throw ofPart(scope.path, bundle);
  if (partial === true) throw seenInPart(bundle);
  const names = travellingIn(manifest);
  const lacking = only.find((name) => !names.includes(name));
  if (lacking !== undefined || names.length === 0) throw lacks(lacking ?? TRAVELLING.join(", "), bundle);
  return only.length === 0 ? names : names.filter((name) => only.includes(name));
}

/** The resources of a bundle that can be applied. */
const travellingIn = ({ resources }: Manifest): readonly TravellingName[] =>
  resources
    .filter(({ state }) => HAVING.includes(state))
    .map(({ name }) => name)
    .filter(isTravelling);

const HAVING: readonly string[] = ["exported", "empty"];

const ofPart = (path: string, where: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      `this bundle is of ${path} alone: all else of the tenant would be removed`,
      `「${path}」以下だけの引き継ぎデータのため適用できません(それ以外がすべて削除されることになります)`,
    ),
    where,
    hint: text("apply one that was exported without --scope", "--scope を付けずに書き出したものを使ってください"),
  });

const seenInPart = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "whoever exported this bundle saw a part of the tenant: all else would be removed",
      "書き出した人に見える範囲だけの引き継ぎデータのため適用できません(それ以外がすべて削除されることになります)",
    ),
    where,
    hint: text("have the whole tenant exported: without --as", "--as を付けずに、テナント全体を書き出してください"),
  });

const lacks = (name: string, where: string): Failure =>
  new Failure("input-rejected", {
    what: text(`the bundle does not have: ${name}`, `引き継ぎデータに含まれていません: ${name}`),
    where,
    hint: text("see its manifest.json", "manifest.json を確認してください"),
  });

const COMPARING = { id: "compare", name: text("Comparing", "比較") };
const APPLYING = { id: "commit", name: text("Applying", "適用") };

/** Sends a bundle's records. */
async function sending<T>(
  { terminal }: Tools,
  { id, name }: { readonly id: string; readonly name: Text },
  found: BundleFiles,
  resources: readonly ResourceName[],
  send: (parts: Awaited<ReturnType<typeof sentParts>>) => Promise<T>,
): Promise<T> {
  const step = terminal.progress.start({ id, name, unit: BYTES });
  const done = await send(await sentParts(found, resources, (bytes) => step.advance(bytes)));
  step.finish();
  return done;
}

/** Each resource of the plan, and those of the bundle that stay. */
const rowsOf = (plan: RestorePlan, { resources }: Manifest, only: readonly ResourceName[]): readonly AppliedRow[] =>
  RESOURCE_NAMES.flatMap((resource): readonly AppliedRow[] => {
    const planned = plan.resources.find(({ name }) => name === resource);
    if (planned !== undefined) {
      const { added, changed, removed, unchanged } = planned;
      return [{ resource, added, changed, removed, unchanged, stays: null }];
    }
    const { stays = null } = resourceOf(resource);
    const isThere = resources.some(({ name, state }) => name === resource && state === "exported");
    if (stays === null || !isThere || only.length > 0) return [];
    return [{ resource, added: null, changed: null, removed: null, unchanged: null, stays }];
  });

/** @throws Failure `input-rejected` where the tenant refuses the bundle */
async function refuse({ terminal }: Tools, { refusals, refused }: RestorePlan, named: NamedBundle): Promise<void> {
  if (refusals.length === 0) return;
  for (const { resource, id, detail } of refusals.slice(0, FIRST)) {
    const where = `${resource}${id === null ? "" : ` ${id}`}`;
    await terminal.problem(text(`${where}: ${detail.en}`, `${where}: ${detail.ja}`));
  }
  const detail = {
    what: text(
      `the bundle cannot be applied (${counted(refused, "reason")}); nothing was changed`,
      `適用できない記録があるため、何も変更していません(${refused} 件)`,
    ),
    where: named.bundle,
    hint: refusals.every(({ id }) => id === null)
      ? ofConsole(named)
      : text(
          "with --only, add the resources that these records name; else the bundle was changed after its export, as no tenant has such records: take another copy, or export it again",
          "--only を使うときは、参照先の種類も指定してください。それ以外は、このような記録はどのテナントにもないため、書き出し後に変更された引き継ぎデータです。別のコピーを使うか、もう一度書き出してください",
        ),
  };
  const { RejectedFile } = await import("../imports/plan/problems.ts");
  throw new RejectedFile(
    detail,
    refusals.map(({ resource, id, detail: reason }) => ({ resource, id, reason: terminal.say(reason) })),
  );
}

/** The way out where a mirror refuses what the console has. */
const ofConsole = ({ bundle, identity }: NamedBundle): Text => {
  const here = TRAVELLING.filter((name) => resourceOf(name).here === true).map((name) => `--only ${name}`);
  const apply = [line("handover apply", [bundle], { identity }), ...here].join(" ");
  return text(
    `take in the console's exports: ${line("users import", ["FILE"], { fromConsole: true })}; or apply what is recorded here alone: ${apply}`,
    `管理画面のエクスポートを取り込んでください: ${line("users import", ["FILE"], { fromConsole: true })}。ここだけに記録されているものを適用するには: ${apply}`,
  );
};

/** Says how to see each value that would change, and what of the bundle is not applied. */
function* moreLines(plan: RestorePlan, manifest: Manifest, { bundle, identity }: NamedBundle): Generator<Text> {
  if (plan.resources.some(({ changed, removed }) => changed + removed > 0)) {
    const diff = line("handover diff", [bundle], { tenant: true, applicable: true, identity });
    yield text(`to see each value: ${diff}`, `値ごとの差異を見るには: ${diff}`);
  }
  if (!undoOf(plan).all) yield notRestored(PROFILE_AND_DATES);
  const attached = attachedTo(manifest).length;
  if (attached > 0)
    yield text(
      `files attached stay in the bundle alone: keep it (${attached})`,
      `添付ファイル ${attached} 個は引き継ぎデータにだけ残ります。引き継ぎデータを保管してください`,
    );
}

/** What hangs on who leaves by the bundle, whom no tenant records. */
function ofLeaver({ leaver }: Manifest): readonly Text[] {
  if (leaver === undefined) return [];
  const { person, leaves } = leaver;
  const checklist = line("handover checklist", [], { leaver: person, leaves: leaves ?? undefined });
  return [text(`what hangs on the leaver: ${checklist}`, `退任者に紐づくものを確認するには: ${checklist}`)];
}

/** What does not come with a bundle, or has to be looked at. */
const AFTERWARDS: readonly Text[] = [
  text(
    `what is missing here: ${line("handover checklist", [])}`,
    `不足を確認するには: ${line("handover checklist", [])}`,
  ),
  text(
    `the daily run and its recipients are the machine's: ${line("renewals notify", ["init"])}, then ${line("renewals schedule install", [])}`,
    `毎日の自動実行と通知先はマシンごとの設定です: ${line("renewals notify", ["init"])}、続けて ${line("renewals schedule install", [])}`,
  ),
];

/** Says that the tenant becomes a mirror, and how much is to be done in the console. */
function* mirrorLines({ tenant: { mirroredAt }, resources }: Manifest, zone: string): Generator<Text> {
  const day = dayOf(mirroredAt ?? "", zone);
  yield text(
    `it becomes a mirror of CLOMO's console, as the bundle's tenant is (last from it on ${day}): what is changed in it is to be done there, too`,
    `書き出し元と同じく、CLOMO の管理画面のミラーになります(管理画面からの最終取り込み: ${day})。以後の変更は管理画面でも行ってください`,
  );
  const { records: open = 0 } = resources.find(({ name }) => name === "console-tasks") ?? {};
  if (open === 0) return;
  const list = line("console list", []);
  yield text(
    `${counted(open, "change")} of the bundle's tenant ${open === 1 ? "was" : "were"} not made in the console yet: to see what to do there after applying: ${list}`,
    `書き出し元で管理画面に未反映の変更が ${open} 件あり、このテナントの作業として引き継がれます。適用後に確認するには: ${list}`,
  );
}

/** Whether accounts are others than before, and their passwords are kept here: those of a mirror are the console's. */
const keepsPasswords = ({ resources }: RestorePlan, { tenant: { mirroredAt } }: Manifest): boolean =>
  mirroredAt === null && resources.some(({ name, added, changed }) => name === "accounts" && added + changed > 0);

const ADMINISTRATING = (Object.keys(ROLES) as Role[]).filter((role) => role !== "none");

/** Lists the administrators who have no password here. */
async function tellPasswords(
  { terminal }: Tools,
  list: (query: { readonly role: Role }) => AsyncIterable<Account>,
): Promise<void> {
  for (const role of ADMINISTRATING) {
    for await (const { id, name, passwordSetAt } of list({ role })) {
      if (passwordSetAt !== null) continue;
      const command = line("clomo-account reset-password", [typableName(name, id)], { passwordFile: "FILE" });
      await terminal.note(step("no password here", "パスワードが未設定です", command));
    }
  }
}

type Accounts = ChosenTenant<"accounts">["client"]["accounts"];

/** The accounts of the tenant, as they are now, that have no role, and get one by the bundle: it may have been taken from them since. */
async function raisedBy(found: BundleFiles, accounts: Accounts): Promise<readonly Account[]> {
  const given = new Set<string>();
  for await (const records of (await asBundle(found)).records("accounts")) {
    for (const { id, role } of records) if (role !== "none") given.add(String(id));
  }
  for (const role of ADMINISTRATING) for await (const { id } of accounts.list({ role })) given.delete(id);
  return asNow(
    [...given].map((id) => ({ id })),
    accounts,
  );
}

/** Those of some accounts that are there, as they are now. */
async function asNow(some: readonly Pick<Account, "id">[], accounts: Accounts): Promise<readonly Account[]> {
  const there: Account[] = [];
  for (const { id } of some) there.push(...(await accounts.find({ name: id })).filter((one) => one.id === id));
  return there;
}

const WOULD_BE_RAISED = text("would become an administrator", "管理者になります");
const RAISED = text("became an administrator", "管理者になりました");

/** Names whom a bundle gives a role that had none: where a password is left of before, it holds again. */
async function tellRaised({ terminal }: Tools, raised: readonly Account[], what: Text): Promise<void> {
  for (const { id, name, user, passwordSetAt } of raised) {
    const command = line("clomo-account reset-password", [typableName(name, id)], { passwordFile: "FILE" });
    const [en, ja] = [`${name} (${user}) ${what.en}`, `「${name}」(${user})は${what.ja}`];
    await terminal.problem(
      passwordSetAt === null
        ? text(`${en}, without a password`, `${ja}(パスワードは未設定)`)
        : step(
            `${en}, and may sign in with the former password`,
            `${ja}。以前のパスワードでサインインできるため、再設定するには`,
            command,
          ),
    );
  }
}
