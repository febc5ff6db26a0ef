import { line, step } from "../../lib/advice/index.ts";
import type { Account, RestoredResource, RestorePlan } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Manifest } from "../../lib/handover/bundle/manifest.ts";
import { toBundle, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { createFaultFailure, verifyBundle } from "../../lib/handover/compare/verify.ts";
import {
  isApplicableResource,
  RESOURCE_NAMES,
  resourceOf,
  NOT_APPLIED_REASONS,
  type ResourceName,
  type ApplicableResourceName,
} from "../../lib/handover/resources.ts";
import { ROLES, type Role } from "../../lib/model/role.ts";
import { dayOf } from "../../lib/model/time.ts";
import { BYTE_UNIT, type Column } from "../../lib/terminal/index.ts";
import { formatCount, addSpaceAfterLatin, text, type Text } from "../../lib/text/index.ts";
import { toTypableName } from "../../lib/text/shell-word.ts";
import { defineCommand } from "../command.ts";
import { ALLOW_OTHER_TENANT_OPTION, CONFIRM_DELETIONS_OPTION } from "../imports/plan/options.ts";
import { requireNamedContext } from "../permission.ts";
import { requireConfirmedCounts } from "../../lib/plan/confirm.ts";
import { createChanges, sumChanges, renderPlan, type Plan } from "../../lib/plan/plan.ts";
import { formatTenantName } from "../imports/plan/show.ts";
import { askToApply } from "../imports/plan/settle.ts";
import { DRY_RUN_OPTION } from "../records/options.ts";
import { requireRight } from "../rights.ts";
import { STATE_UNCHANGED, DRY_RUN_NOTE, describeNotRestored, proposeUndo } from "../records/change-result.ts";
import { resolveTimezone, type ChosenTenant, type Tools } from "../tools.ts";
import { describeTarget, confirmForeignBundle } from "./foreign.ts";
import { BUNDLE_ARGUMENT, IDENTITY_OPTION, openNamedBundle, buildRequestBody, startVerifyProgress } from "./bundle.ts";

/** What applying a bundle does to a resource. If the resource is not applied, the numbers are null. */
interface AppliedRow {
  readonly resource: ResourceName;
  readonly added: number | null;
  readonly changed: number | null;
  readonly removed: number | null;
  readonly unchanged: number | null;
  readonly stays: keyof typeof NOT_APPLIED_REASONS | null;
}

const createCountColumn = (key: "added" | "changed" | "removed" | "unchanged", header: Text): Column<AppliedRow> => ({
  key,
  header,
  align: "end",
  value: (row) => row[key],
});

const APPLIED_ROW_COLUMNS: readonly Column<AppliedRow>[] = [
  {
    key: "resource",
    header: text("resource", "種類"),
    value: ({ resource }) => resource,
    name: ({ resource }) => resourceOf(resource).title,
  },
  createCountColumn("added", text("added", "追加")),
  createCountColumn("changed", text("changed", "変更")),
  createCountColumn("removed", text("removed", "削除")),
  createCountColumn("unchanged", text("unchanged", "変更なし")),
  {
    key: "stays",
    header: text("not applied", "適用の対象外"),
    value: ({ stays }) => stays,
    name: ({ stays }) => (stays === null ? null : NOT_APPLIED_REASONS[stays]),
    wraps: true,
  },
];

/** The maximum number of removals and refusals that are shown to people. */
const MAX_SHOWN_RECORDS = 20;

interface BundleArguments {
  readonly bundle: string;
  readonly identity: string | undefined;
}

const APPLICABLE_RESOURCES = RESOURCE_NAMES.filter(isApplicableResource);

export default defineCommand({
  summary: text("make the tenant match a bundle", "テナントを引き継ぎデータと同じ状態にする"),
  details: [
    text(
      "The whole bundle is verified first. The plan then shows, by resource, what is added, changed and removed, and asks for confirmation. The plan is applied as one change, completely or not at all. Records keep their IDs and times, and a second run changes nothing. Nothing is removed unless you type the number of removals, or pass it with --confirm-deletions.",
      "最初に引き継ぎデータ全体を検証し、追加・変更・削除の件数を種類ごとに表示して確認します。1 回の変更として、全部適用するか、何も変更しないかのどちらかです。ID と日時はそのまま引き継ぎ、2 回目の適用では何も変わりません。削除があるときは、件数の入力か --confirm-deletions が必要です。",
    ),
    text(
      "Bundles do not contain passwords: accounts that need a password are listed at the end, and the plan lists existing accounts that become administrators. Certificates, tokens and data held by Apple are not applied: the tenant keeps its own. A bundle made with --scope cannot be applied, because everything else in the tenant would be removed. A bundle from a mirror of the console (CLOMO PANEL) makes the tenant a mirror, too. To a tenant that is already a mirror, only data that the console does not have can be applied.",
      "パスワードは含まれないため、再設定が必要なアカウントを最後に示します。適用によって管理者になる既存の人は、計画とともに示します。証明書・トークンと Apple 側の情報も適用の対象外で、テナントにあるものがそのまま残ります。--scope で書き出したものは、残りの組織が削除されるため適用できません。管理画面(CLOMO PANEL)のミラーから書き出したものを適用したテナントは、同じくミラーになります。すでにミラーであるテナントには、管理画面にないデータだけを適用できます。",
    ),
  ],
  args: { bundle: BUNDLE_ARGUMENT },
  options: {
    only: {
      kind: "choice",
      choices: APPLICABLE_RESOURCES,
      repeatable: true,
      value: "NAME",
      about: text("apply only this resource", "この種類だけ適用する"),
    },
    confirmDeletions: CONFIRM_DELETIONS_OPTION,
    allow: ALLOW_OTHER_TENANT_OPTION,
    dryRun: DRY_RUN_OPTION,
    ...IDENTITY_OPTION,
  },
  examples: [
    { line: "clomoctl handover apply handover-2027-03 --dry-run" },
    { line: "clomoctl handover apply handover.zip --only orgs --only users --confirm-deletions 2" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  plans: true,
  shows: APPLIED_ROW_COLUMNS,
  async run(tools, { bundle, only, confirmDeletions, allow, dryRun, identity }) {
    const { terminal } = tools;
    const named: BundleArguments = { bundle, identity };
    tools.summarize({ file: bundle });
    await requireRight(tools, "accounts.roles", APPLY_RIGHT_REASON);
    const chosen = await tools.tenant("restores", "accounts", "users", "devices");
    if (!dryRun) requireNamedContext(tools, chosen, { confirmDeletions });
    await using found = await openNamedBundle(tools, bundle, identity);
    const manifest = await verifyWholeBundle(tools, found);
    const resources = chooseResources(manifest, only, bundle);
    const mirroredAt = manifest.tenant.mirroredAt ?? undefined;
    const { client } = chosen;
    const compare = (names: readonly ApplicableResourceName[]) =>
      sendRecords(tools, COMPARE_STEP, found, names, (parts) =>
        client.restores.plan(parts, { only: names.join(","), mirroredAt }, tools.signal),
      );
    const plan = await compare(resources);
    const { name: context } = chosen.context;
    const shown = buildApplyPlan(plan, {
      target: describeTarget(formatTenantName({ tenant: context }, chosen), manifest),
      zone: resolveTimezone(tools, chosen),
      named,
      manifest,
    });
    const removed = sumChanges(shown.changes, "delete");
    tools.summarize({
      create: sumChanges(shown.changes, "create"),
      update: sumChanges(shown.changes, "update"),
      delete: removed,
    });
    await terminal.list(APPLIED_ROW_COLUMNS, buildAppliedRows(plan, manifest, only));
    await refuseRejectedBundle(tools, plan, named);
    await renderPlan(terminal, shown);
    const options = { ...named, only, allow, dryRun };
    const all = listApplicableResources(manifest);
    const compareAll = () => (all.length === resources.length ? Promise.resolve(plan) : compare(all));
    const compared = { client, files: found, plan, compareAll };
    if (!isEmptyPlan(plan) && !(await confirmForeignBundle(tools, compared, { manifest, context }, options)))
      return terminal.note(STATE_UNCHANGED);
    requireConfirmedCounts(shown, { confirmDeletions });
    if (isEmptyPlan(plan)) return terminal.note(ALREADY_MATCHES_NOTE);
    const raised = hasLocalAccountChanges(plan, manifest) ? await findNewAdministrators(found, client.accounts) : [];
    await reportNewAdministrators(tools, raised, WOULD_BECOME_ADMINISTRATOR);
    if (dryRun) return terminal.note(DRY_RUN_NOTE);
    if (!(await askToApply(tools, shown, { confirmDeletions }))) return terminal.note(STATE_UNCHANGED);
    await chosen.permitChange();
    await sendRecords(tools, APPLY_STEP, found, resources, ({ manifest: hash, ...parts }) =>
      client.restores.create(
        plan,
        parts,
        { only: resources.join(","), mirroredAt, deletions: removed, manifest: hash },
        tools.signal,
      ),
    );
    tools.summarize({ changed: true });
    return writeNextSteps(tools, plan, { manifest, raised, accounts: client.accounts });
  },
});

async function writeNextSteps(
  tools: Tools,
  plan: RestorePlan,
  {
    manifest,
    raised,
    accounts,
  }: { readonly manifest: Manifest; readonly raised: readonly Account[]; readonly accounts: AccountsClient },
): Promise<void> {
  await tools.terminal.note(NOW_MATCHES_NOTE);
  if (getUndoCoverage(plan).some) await proposeUndo(tools);
  for (const line of [...renderLeaverNotes(manifest), ...NEXT_STEPS]) await tools.terminal.note(line);
  if (!hasLocalAccountChanges(plan, manifest)) return;
  const became = await reloadAccounts(raised, accounts);
  await reportNewAdministrators(tools, became, BECAME_ADMINISTRATOR);
  await listMissingPasswords(tools, became, accounts.list);
}

const UNVERSIONED_RESOURCES: readonly string[] = ["tenant", "renewals", "answers"];
const UNVERSIONED_RESOURCES_LABEL = text(
  "the tenant's profile, renewal items and answers",
  "テナントの情報、年次更新・期限、回答",
);

const getUndoCoverage = ({ resources }: RestorePlan): { readonly some: boolean; readonly all: boolean } => {
  const written = resources.filter(({ added, changed, removed }) => added + changed + removed > 0);
  const isKept = ({ name }: RestoredResource): boolean => !UNVERSIONED_RESOURCES.includes(name);
  return { some: written.some(isKept), all: written.every(isKept) };
};

const APPLY_RIGHT_REASON = {
  asked: text("apply a bundle", "引き継ぎデータの適用"),
  why: text(
    "a bundle contains administrators and their rights, so only a system administrator or the tenant's owner (without --as) can apply it, even in part",
    "引き継ぎデータには管理者とその権限も含まれるため、一部だけでも、システム管理者かテナントの所有者(--as なし)が行ってください",
  ),
};

function buildApplyPlan(
  restore: RestorePlan,
  {
    target,
    zone,
    named,
    manifest,
  }: { readonly target: Text; readonly zone: string; readonly named: BundleArguments; readonly manifest: Manifest },
): Plan {
  const changes = restore.resources.map(({ name, added, changed, removed }) =>
    createChanges(resourceOf(name as ResourceName).title, { create: added, update: changed, delete: removed }),
  );
  const lines = restore.removals.slice(0, MAX_SHOWN_RECORDS).map(({ resource, id, name }) => {
    const { title } = resourceOf(resource as ResourceName);
    const called = name === null ? id : `${name} (${id})`;
    return text(`  - ${title.en} ${called}`, `  - ${title.ja} ${called}`);
  });
  return {
    target,
    changes,
    lines: [text(`plan for ${target.en}`, `${addSpaceAfterLatin(target.ja)}に対する計画`)],
    notes: isEmptyPlan(restore)
      ? []
      : [...(restore.becomesMirror ? renderMirrorNotes(manifest, zone) : []), ...renderPlanNotes(restore, named)],
    samples: [{ lines, rest: sumChanges(changes, "delete") - lines.length }],
  };
}

const isEmptyPlan = ({ becomesMirror, resources }: RestorePlan): boolean =>
  !becomesMirror && resources.every((each) => each.added + each.changed + each.removed === 0);

const ALREADY_MATCHES_NOTE = text(
  "the tenant already matches the bundle, so nothing was changed",
  "テナントはすでに引き継ぎデータと同じ状態のため、何も変更していません",
);
const NOW_MATCHES_NOTE = text(
  "the tenant now matches the bundle, except for the data that is not applied",
  "テナントを引き継ぎデータと同じ状態にしました(適用の対象のみ)",
);

/** Verifies the whole bundle and returns its manifest. @throws Failure `input-rejected` for the first fault */
async function verifyWholeBundle(tools: Tools, found: BundleFiles): Promise<Manifest> {
  const progress = startVerifyProgress(tools, [found]);
  const { manifest, faults, faultCount, hashes } = await verifyBundle(found, {
    ...progress.options,
    hashesOnly: false,
  });
  progress.finish();
  const [fault] = faults;
  if (fault !== undefined || manifest === undefined) {
    throw createFaultFailure(found.name, fault ?? { file: ".", what: STATE_UNCHANGED }, Math.max(0, faultCount - 1));
  }
  found.hold(hashes);
  return manifest;
}

/**
 * Returns the resources to send. @throws Failure `input-rejected` if the bundle lacks one of them, or covers only a
 * part of a tenant
 */
function chooseResources(
  manifest: Manifest,
  only: readonly ApplicableResourceName[],
  bundle: string,
): readonly ApplicableResourceName[] {
  const { scope, partial } = manifest;
  if (scope !== null) throw createScopedBundleFailure(scope.path, bundle);
  if (partial === true) throw createPartialBundleFailure(bundle);
  const names = listApplicableResources(manifest);
  const lacking = only.find((name) => !names.includes(name));
  if (lacking !== undefined || names.length === 0)
    throw createMissingResourceFailure(lacking ?? APPLICABLE_RESOURCES.join(", "), bundle);
  return only.length === 0 ? names : names.filter((name) => only.includes(name));
}

const listApplicableResources = ({ resources }: Manifest): readonly ApplicableResourceName[] =>
  resources
    .filter(({ state }) => PRESENT_RESOURCE_STATES.includes(state))
    .map(({ name }) => name)
    .filter(isApplicableResource);

const PRESENT_RESOURCE_STATES: readonly string[] = ["exported", "empty"];

const createScopedBundleFailure = (path: string, where: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      `this bundle covers only ${path}, so everything else in the tenant would be removed`,
      `「${path}」以下だけの引き継ぎデータのため適用できません(それ以外がすべて削除されることになります)`,
    ),
    where,
    hint: text("apply a bundle that was exported without --scope", "--scope を付けずに書き出したものを使ってください"),
  });

const createPartialBundleFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "this bundle contains only the part of the tenant that its author could see, so everything else would be removed",
      "書き出した人に見える範囲だけの引き継ぎデータのため適用できません(それ以外がすべて削除されることになります)",
    ),
    where,
    hint: text(
      "export the whole tenant as a system administrator: without --as, and without an access token that lacks rights",
      "システム管理者として、テナント全体を書き出してください(--as や、権利の足りないアクセストークンは使わないでください)",
    ),
  });

const createMissingResourceFailure = (name: string, where: string): Failure =>
  new Failure("input-rejected", {
    what: text(`the bundle does not contain ${name}`, `引き継ぎデータに含まれていません: ${name}`),
    where,
    hint: text("see manifest.json in the bundle", "引き継ぎデータの manifest.json を確認してください"),
  });

const COMPARE_STEP = { id: "compare", name: text("Comparing", "比較") };
const APPLY_STEP = { id: "commit", name: text("Applying", "適用") };

async function sendRecords<T>(
  { terminal }: Tools,
  { id, name }: { readonly id: string; readonly name: Text },
  found: BundleFiles,
  resources: readonly ResourceName[],
  send: (parts: Awaited<ReturnType<typeof buildRequestBody>>) => Promise<T>,
): Promise<T> {
  const step = terminal.progress.start({ id, name, unit: BYTE_UNIT });
  const done = await send(await buildRequestBody(found, resources, (bytes) => step.advance(bytes)));
  step.finish();
  return done;
}

const buildAppliedRows = (
  plan: RestorePlan,
  { resources }: Manifest,
  only: readonly ResourceName[],
): readonly AppliedRow[] =>
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

/** Reports why the tenant refuses the bundle. @throws Failure `input-rejected` if it does */
async function refuseRejectedBundle(
  { terminal }: Tools,
  { refusals, refused }: RestorePlan,
  named: BundleArguments,
): Promise<void> {
  if (refusals.length === 0) return;
  for (const { resource, id, detail } of refusals.slice(0, MAX_SHOWN_RECORDS)) {
    const where = `${resource}${id === null ? "" : ` ${id}`}`;
    await terminal.problem(text(`${where}: ${detail.en}`, `${where}: ${detail.ja}`));
  }
  const detail = {
    what: text(
      `the bundle cannot be applied (${formatCount(refused, "reason")}); nothing was changed`,
      `適用できないデータがあるため、何も変更していません(${refused} 件)`,
    ),
    where: named.bundle,
    hint: refusals.every(({ id }) => id === null)
      ? explainMirrorRefusal(named)
      : text(
          "if you used --only, also pass the resources that these records refer to. If the reasons do not say what to do, the bundle was changed after its export: use another copy, or export the bundle again",
          "--only を使うときは、参照先の種類も指定してください。理由に対処が書かれていない場合、引き継ぎデータは書き出し後に変更されています。別のコピーを使うか、もう一度書き出してください",
        ),
  };
  const { RejectedFileFailure: RejectedFile } = await import("../imports/plan/problems.ts");
  throw new RejectedFile(
    detail,
    refusals.map(({ resource, id, detail: reason }) => ({ resource, id, reason: terminal.say(reason) })),
  );
}

const explainMirrorRefusal = ({ bundle, identity }: BundleArguments): Text => {
  const here = APPLICABLE_RESOURCES.flatMap((name) => (resourceOf(name).here === true ? ["--only", name] : []));
  const apply = line("handover apply", [bundle], { identity }).with(...here);
  return text(
    `import the console's exports: ${line("users import", ["FILE"], { fromConsole: true })}; or apply only the data that the console does not have: ${apply}`,
    `管理画面のエクスポートを取り込んでください: ${line("users import", ["FILE"], { fromConsole: true })}。管理画面にないデータだけを適用するには: ${apply}`,
  );
};

function* renderPlanNotes(plan: RestorePlan, { bundle, identity }: BundleArguments): Generator<Text> {
  if (plan.resources.some(({ changed, removed }) => changed + removed > 0)) {
    const diff = line("handover diff", [bundle], { tenant: true, applicable: true, identity });
    yield text(`to see each value: ${diff}`, `値ごとの差異を見るには: ${diff}`);
  }
  if (!getUndoCoverage(plan).all) yield describeNotRestored(UNVERSIONED_RESOURCES_LABEL);
}

/** Returns a note on the leaver in a bundle, because a tenant does not record leavers. */
function renderLeaverNotes({ leaver }: Manifest): readonly Text[] {
  if (leaver === undefined) return [];
  const { person, leaves } = leaver;
  const checklist = line("handover checklist", [], { leaver: person, leaves: leaves ?? undefined });
  return [text(`to see what depends on the leaver: ${checklist}`, `退職者に紐づくものを確認するには: ${checklist}`)];
}

/** Notes on what to check or set up after a bundle is applied. */
const NEXT_STEPS: readonly Text[] = [
  text(
    `to see what is missing for a handover: ${line("handover checklist", [])}`,
    `不足を確認するには: ${line("handover checklist", [])}`,
  ),
  text(
    `the daily run and its recipients are set up on each computer: ${line("renewals notify", ["init"])}, then ${line("renewals schedule", [])}`,
    `毎日の自動実行と通知先はコンピューターごとの設定です: ${line("renewals notify", ["init"])}、続けて ${line("renewals schedule", [])}`,
  ),
];

function* renderMirrorNotes({ tenant: { mirroredAt }, resources }: Manifest, zone: string): Generator<Text> {
  const day = dayOf(mirroredAt ?? "", zone);
  yield text(
    `the tenant becomes a mirror of CLOMO's console, like the tenant of the bundle (last console import: ${day}); from then on, make changes in the console, too`,
    `書き出し元と同じく、CLOMO の管理画面のミラーになります(管理画面からの最終取り込み: ${day})。以後の変更は管理画面でも行ってください`,
  );
  const { records: open = 0 } = resources.find(({ name }) => name === "console-tasks") ?? {};
  if (open === 0) return;
  const list = line("console list", []);
  yield text(
    `${formatCount(open, "change")} of the bundle's tenant ${open === 1 ? "was" : "were"} not made in the console yet; to list these tasks after applying the bundle: ${list}`,
    `書き出し元で管理画面に未反映の変更が ${open} 件あり、このテナントの作業として引き継がれます。適用後に確認するには: ${list}`,
  );
}

const hasLocalAccountChanges = ({ resources }: RestorePlan, { tenant: { mirroredAt } }: Manifest): boolean =>
  mirroredAt === null && resources.some(({ name, added, changed }) => name === "accounts" && added + changed > 0);

const ADMINISTRATOR_ROLES = (Object.keys(ROLES) as Role[]).filter((role) => role !== "none");

/** Lists the administrators who do not have a password in the tenant, including those who just got their role. */
async function listMissingPasswords(
  { terminal }: Tools,
  became: readonly Account[],
  list: (query: { readonly role: Role }) => AsyncIterable<Account>,
): Promise<void> {
  for (const role of ADMINISTRATOR_ROLES) {
    for await (const { id, name, passwordSetAt } of list({ role })) {
      if (passwordSetAt !== null && !became.some((one) => one.id === id)) continue;
      const command = line("clomo-account reset-password", [toTypableName(name, id)], { passwordFile: "FILE" });
      await terminal.note(
        step(
          "this account does not have a password in this tenant; to set a password",
          "このテナントでは、このアカウントのパスワードが未設定です。設定するには",
          command,
        ),
      );
    }
  }
}

type AccountsClient = ChosenTenant<"accounts">["client"]["accounts"];

/**
 * Returns the accounts that do not have a role but get one from the bundle. Their role may have been removed after the
 * export.
 */
async function findNewAdministrators(found: BundleFiles, accounts: AccountsClient): Promise<readonly Account[]> {
  const given = new Set<string>();
  for await (const records of (await toBundle(found)).records("accounts")) {
    for (const { id, role } of records) if (role !== "none") given.add(String(id));
  }
  for (const role of ADMINISTRATOR_ROLES) for await (const { id } of accounts.list({ role })) given.delete(id);
  return reloadAccounts(
    [...given].map((id) => ({ id })),
    accounts,
  );
}

async function reloadAccounts(
  some: readonly Pick<Account, "id">[],
  accounts: AccountsClient,
): Promise<readonly Account[]> {
  const there: Account[] = [];
  for (const { id } of some) there.push(...(await accounts.find({ name: id })).filter((one) => one.id === id));
  return there;
}

const WOULD_BECOME_ADMINISTRATOR = text("would become an administrator", "管理者になります");
const BECAME_ADMINISTRATOR = text("became an administrator", "管理者になりました");

/**
 * Lists accounts that do not have a role and get one from the bundle. Without a role, an account does not keep a
 * password to sign in with, so they need a new one.
 */
async function reportNewAdministrators({ terminal }: Tools, raised: readonly Account[], what: Text): Promise<void> {
  for (const { name, user } of raised) {
    await terminal.problem(
      text(
        `${name} (${user}) ${what.en}, but does not have a password`,
        `「${name}」(${user})は${what.ja}(パスワードは未設定)`,
      ),
    );
  }
}
