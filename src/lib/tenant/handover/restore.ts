import { createHash } from "node:crypto";
import { line } from "../../advice/index.ts";
import type { ReceivedPart } from "../../contract/multipart.ts";
import type { RestoreResult, RestorePlan } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { findResourceByPath } from "../../handover/bundle/contents.ts";
import { splitIntoLineBlocks } from "../../handover/bundle/line-blocks.ts";
import { isBefore } from "../../handover/compare/ids.ts";
import { createLineParser } from "../../handover/compare/record.ts";
import { resourceOf, NOT_APPLIED_REASONS, type ResourceName } from "../../handover/resources.ts";
import { formatCount, text, type Text } from "../../text/index.ts";
import { getCurrentInstant, createId, sha256 } from "../ids.ts";
import type { Session } from "../session.ts";
import { readLatestRevision } from "../store/collections.ts";
import type { RequestKey } from "../store/idempotency.ts";
import {
  compareLines,
  countPlan,
  findLostRole,
  findRuleViolations,
  findRefusals,
  RefusalList,
  findFirstDifference,
  isResourceName,
  STAGING_KEY,
  STAGED_LINE_COLUMNS,
  listRemovals,
  MAX_REFUSALS,
  PLANNED_ACTION_COLUMNS,
  readRestoreDetail,
  type PlannedResource,
  type RestoreRefusal,
  type StagedBundle,
} from "./restores/plan.ts";
import { RECORD_NUMBER_COLUMNS, RECORD_NUMBER_KEY } from "./restores/observed.ts";
import { createDerivedColumnBuilder, getResourceTarget, APPLICABLE_RESOURCES } from "./restores/targets.ts";
import { RESOURCES_RESETTING_ANSWERS, writePlan } from "./restores/write.ts";
import type { RuleProblem } from "../../rules/rule.ts";
import type { ScratchTable, SqlValue, Writer } from "../store/store.ts";
import { isMirror, writeMirroredAt } from "../records/tenant-rows.ts";
import { BundleAccountLine } from "./judge.ts";

interface RestoreRequest {
  /** names of resources, separated by commas */
  readonly only?: string | undefined;
  /** when the data of the bundle last came from the console; undefined if it never came from the console */
  readonly mirroredAt?: string | undefined;
}

interface CommitRequest extends RestoreRequest {
  readonly deletions: number;
  readonly manifest?: string | undefined;
  /** ETag of the plan that was shown */
  readonly etag: string;
  readonly once: RequestKey | undefined;
}

interface ReceivedBundle extends AsyncDisposable {
  readonly staged: StagedBundle;
  /** reasons why single records cannot be applied, independent of the other records */
  readonly refusals: RefusalList;
  /** when the data last came from the console */
  readonly mirroredAt: string | undefined;
  /** hash of all files that are applied */
  readonly content: string;
}

/** Number of lines that are written in one statement. */
const LINES_PER_WRITE = 500;

/** Returns the selected resources.  @throws Failure `usage` if one is unknown or cannot be applied to another tenant */
const parseSelectedResources = (only: string | undefined): readonly ResourceName[] => {
  if (only === undefined) return APPLICABLE_RESOURCES;
  for (const name of only.split(",")) {
    if (isResourceName(name) && APPLICABLE_RESOURCES.includes(name)) continue;
    const { stays } = isResourceName(name) ? resourceOf(name) : {};
    const why =
      stays === undefined
        ? text("there is no such resource", "指定したリソースはありません")
        : NOT_APPLIED_REASONS[stays];
    throw new Failure("usage", {
      what: text(`"${name}" cannot be applied: ${why.en}`, `「${name}」は適用できません: ${why.ja}`),
      where: "query.only",
      hint: text(
        `valid resources: ${APPLICABLE_RESOURCES.join(", ")}`,
        `指定できるリソース: ${APPLICABLE_RESOURCES.join(", ")}`,
      ),
    });
  }
  return APPLICABLE_RESOURCES.filter((name) => only.split(",").includes(name));
};

/**
 * Receives and stages the files of an export, outside of any transaction. All lines are checked, because anybody can
 * create a bundle with matching hashes.
 *
 * @throws Failure `input-rejected` if a file or a line does not have the format of an export
 */
const receiveBundle = async (
  { store, surroundings }: Session,
  parts: AsyncIterable<ReceivedPart>,
  { only, mirroredAt }: RestoreRequest,
): Promise<ReceivedBundle> => {
  const chosen = parseSelectedResources(only);
  const lines = await store.scratch(STAGED_LINE_COLUMNS, STAGING_KEY);
  const plan = await store.scratch(PLANNED_ACTION_COLUMNS, STAGING_KEY);
  const numbers = await store.scratch(RECORD_NUMBER_COLUMNS, RECORD_NUMBER_KEY);
  const close = async (): Promise<void> => {
    await numbers[Symbol.asyncDispose]();
    await plan[Symbol.asyncDispose]();
    await lines[Symbol.asyncDispose]();
  };
  try {
    const hash = createHash("sha256");
    const refusals = new RefusalList();
    const judging = { isOfConsole: mirroredAt !== undefined, now: getCurrentInstant(surroundings) };
    const sent = new Set<ResourceName>();
    for await (const { name, content } of parts) {
      const resource = findResourceByPath(name);
      if (resource === undefined || !APPLICABLE_RESOURCES.includes(resource))
        throw createInputFailure(name, FILE_NOT_APPLICABLE);
      if (!chosen.includes(resource)) continue;
      sent.add(resource);
      hash.update(`${name}\n`);
      await stageResource(resource, content, {
        name,
        lines,
        hash,
        refusals,
        judge: BundleAccountLine(resource, judging),
      });
    }
    const resources = APPLICABLE_RESOURCES.filter((name) => sent.has(name));
    const { isOfConsole } = judging;
    const staged = { lines: lines.name, plan: plan.name, numbers: numbers.name, resources, isOfConsole };
    return { staged, refusals, mirroredAt, content: hash.digest("hex"), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
};

const SHOW_ALL_REFUSALS_HINT = text(
  `to see all reasons: ${line("handover apply", ["BUNDLE"], { dryRun: true })}`,
  `すべての理由を見るには: ${line("handover apply", ["引き継ぎデータ"], { dryRun: true })}`,
);

const FILE_NOT_APPLICABLE = text(
  "this type of file cannot be applied to a tenant",
  "テナントに適用するファイルではありません",
);

const createInputFailure = (where: string, what: Text, hint?: Text): Failure =>
  new Failure("input-rejected", { what, where, hint });

interface StagingOptions {
  readonly name: string;
  readonly lines: ScratchTable;
  readonly hash: ReturnType<typeof createHash>;
  readonly judge: ReturnType<typeof BundleAccountLine>;
  /** receives the reasons why rules refuse records */
  readonly refusals: RefusalList;
}

/**
 * Stages the lines of a resource, which must be unchanged since the export and sorted by id. @throws Failure
 * `input-rejected`
 */
const stageResource = async (
  resource: ResourceName,
  content: AsyncIterable<Uint8Array>,
  { name, lines, hash, judge, refusals }: StagingOptions,
): Promise<void> => {
  const { fields, single } = resourceOf(resource);
  const [read, besideOf] = [createLineParser(fields), createDerivedColumnBuilder(resource)];
  let [number, last] = [0, ""];
  let rows: SqlValue[][] = [];
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const { buffer, byteOffset, length } of content) {
      const chunk = Buffer.from(buffer, byteOffset, length);
      hash.update(chunk);
      yield chunk;
    }
  }
  for await (const block of splitIntoLineBlocks(hashed(), name)) {
    const found = block.toString("utf8").split("\n");
    if (found.pop() !== "") throw createInputFailure(name, LAST_LINE_INCOMPLETE);
    for (const line of found) {
      number += 1;
      const where = `${name}:${number}`;
      const record = read(line);
      if ("fault" in record && typeof record.fault === "object") throw createInputFailure(where, record.fault as Text);
      const id = String((record as Readonly<Record<string, unknown>>)["id"]);
      if (single === true ? id !== resource || number > 1 : last !== "" && !isBefore(last, id)) {
        throw createInputFailure(where, RECORDS_NOT_SORTED);
      }
      last = id;
      for (const problem of judge(record)) {
        refusals.push({ resource, id, detail: describeRuleProblem(problem) });
      }
      rows.push([resource, id, `${line}\n`, besideOf(record)]);
    }
    for (let at = 0; at < rows.length; at += LINES_PER_WRITE) await lines.add(rows.slice(at, at + LINES_PER_WRITE));
    rows = [];
  }
};

const describeRuleProblem = ({ field, what }: RuleProblem): Text =>
  field === undefined ? what : text(`${field}: ${what.en}`, `${field}: ${what.ja}`);

const LAST_LINE_INCOMPLETE = text("the last line does not end with a newline", "最後の行が改行で終わっていません");
const RECORDS_NOT_SORTED = text(
  "a record occurs twice, or the records are not sorted by ID",
  "データが重複しているか、ID の順に並んでいません",
);

const listRestoreLocks = ({ resources }: StagedBundle): readonly string[] => [
  ...new Set([
    ...resources.flatMap((name) => getResourceTarget(name).collections),
    ...(RESOURCES_RESETTING_ANSWERS.some((name) => resources.includes(name))
      ? getResourceTarget("answers").collections
      : []),
  ]),
];

/**
 * Returns a refusal if a plan for a mirror changes console data, because clomoctl could not make the change in the
 * console.
 */
const findMirrorRefusals = ({ name, added, changed, removed }: PlannedResource): readonly RestoreRefusal[] => {
  const records = added + changed + removed;
  if (records === 0 || isRecordedOnlyInClomoctl(name)) return [];
  const { en, ja } = resourceOf(name).title;
  const detail = text(
    `this tenant is a mirror of the console, so this change would not be made in the console (${formatCount(records, "record")} of: ${en})`,
    `このテナントは管理画面のミラーのため、適用しても管理画面には反映されません(${ja} ${records} 件)`,
  );
  return [{ resource: name, id: null, detail }];
};

const isRecordedOnlyInClomoctl = (name: ResourceName): boolean => resourceOf(name).here === true;

type PlannedRestore = Omit<RestorePlan, "resources"> & { readonly resources: readonly PlannedResource[] };

/**
 * The failure if a tenant would become a mirror with only some resources. The other resources could not be applied
 * later.
 */
const INCOMPLETE_MIRROR_FAILURE = new Failure("input-rejected", {
  what: text(
    "the tenant would become a mirror with only some of the console's records",
    "管理画面のデータの一部だけを持つミラーになってしまいます",
  ),
  hint: text(
    "apply a complete bundle without --only, or apply only data that the console does not have: --only tenant --only renewals --only answers",
    "--only を付けずに、引き継ぎデータ全体を適用してください。管理画面にないデータだけを適用する場合は: --only tenant --only renewals --only answers",
  ),
});

/** Compares a bundle with the tenant.  @throws Failure `input-rejected` if the result would be an incomplete mirror */
const planBundle = async (
  writer: Writer,
  { staged, refusals, content, mirroredAt }: ReceivedBundle,
): Promise<PlannedRestore> => {
  const revision = await readLatestRevision(writer);
  await compareLines(writer, staged);
  const resources = await countPlan(writer, staged);
  const isOfMirror = await isMirror(writer);
  const becomesMirror = mirroredAt !== undefined && !isOfMirror && !staged.resources.every(isRecordedOnlyInClomoctl);
  if (
    becomesMirror &&
    !APPLICABLE_RESOURCES.every((name) => isRecordedOnlyInClomoctl(name) || staged.resources.includes(name))
  )
    throw INCOMPLETE_MIRROR_FAILURE;
  const ofMirror = isOfMirror ? resources.flatMap(findMirrorRefusals) : [];
  const { first, total } = await findRefusals(writer, staged, refusals);
  return {
    etag: sha256(JSON.stringify({ revision, content, resources, mirroredAt })),
    resources,
    removals: await listRemovals(writer, staged),
    becomesMirror,
    refusals: [...ofMirror, ...first],
    refused: ofMirror.length + total,
  };
};

const countRemovals = (resources: readonly PlannedResource[]): number =>
  resources.reduce((sum, { removed }) => sum + removed, 0);

const isEmptyPlan = ({ becomesMirror, resources }: PlannedRestore): boolean =>
  !becomesMirror && resources.every(({ added, changed, removed }) => added + changed + removed === 0);

/**
 * Applies the plan to the tenant, and verifies the result.
 *
 * @returns reasons why rules refuse records, or why this account may not apply the plan
 * @throws Failure `input-rejected` if the tenant then differs from the bundle
 */
const writeAndVerify = async (
  { account }: Session["asker"],
  writer: Writer,
  { staged, mirroredAt }: ReceivedBundle,
  { becomesMirror }: PlannedRestore,
): Promise<readonly RestoreRefusal[]> => {
  if (becomesMirror) await writeMirroredAt(writer, mirroredAt ?? null);
  await writePlan(writer, staged);
  const lost = account === undefined ? [] : await findLostRole(writer, account);
  const breaches = [...lost, ...(await findRuleViolations(writer, staged))];
  if (breaches.length > 0) return breaches;
  await compareLines(writer, staged);
  const other = await findFirstDifference(writer, staged);
  if (other === undefined) return [];
  const [resource, id] = [String(other["resource"]), String(other["id"])];
  throw new Failure("input-rejected", {
    what: text(
      "this record cannot be applied exactly as it was exported; nothing was changed",
      "このデータは書き出されたままの内容では適用できないため、何も変更していません",
    ),
    where: `${resource}: ${id}`,
  });
};

/**
 * Returns what would change if a bundle were applied to the tenant. The changes are made and then rolled back.
 *
 * @throws Failure `input-rejected` if a file or a line does not have the format of an export; `locked`
 */
export const planRestore = async (
  session: Session,
  parts: AsyncIterable<ReceivedPart>,
  request: RestoreRequest,
): Promise<RestorePlan> => {
  await using received = await receiveBundle(session, parts, request);
  const locks = listRestoreLocks(received.staged);
  return await session.change({ action: null, locks, dryRun: true, isJudged: true }, async (writer) => {
    const plan = await planBundle(writer, received);
    const isTried = plan.refusals.length === 0 && !isEmptyPlan(plan);
    const breaches = isTried ? await writeAndVerify(session.asker, writer, received, plan) : [];
    const refusals = [...plan.refusals, ...breaches.slice(0, MAX_REFUSALS)];
    const refused = plan.refused + breaches.length;
    return { result: { ...plan, refusals, refused, resources: [...plan.resources] }, objects: [] };
  });
};

/**
 * Applies a bundle to the tenant in a single transaction: either all of it or nothing. The received files are not kept.
 *
 * @throws Failure `conflict` if the plan, the tenant or the content differs from what was shown; `input-rejected` if
 * the number of removals was not confirmed, or something cannot be applied; otherwise as described for
 * {@link planRestore}
 */
export const restoreBundle = async (
  session: Session,
  parts: AsyncIterable<ReceivedPart>,
  { etag, deletions, manifest, once, ...request }: CommitRequest,
): Promise<RestoreResult> => {
  await using received = await receiveBundle(session, parts, request);
  const replay = async (reader: Parameters<typeof readRestoreDetail>[0], id: string): Promise<RestoreResult> => {
    const { resources } = (await readRestoreDetail(reader, id)) as Pick<RestoreResult, "resources">;
    return { id, resources };
  };
  const locks = listRestoreLocks(received.staged);
  const change = {
    action: "handover.apply",
    writer: "apply",
    isJudged: true,
    locks,
    once: once && { ...once, replay },
  } as const;
  return await session.change<RestoreResult>(change, async (writer) => {
    const plan = await planBundle(writer, received);
    if (plan.etag !== etag) throw PLAN_OUTDATED_FAILURE;
    throwFirstRefusal(plan.refusals);
    const [resources, removed] = [[...plan.resources], countRemovals(plan.resources)];
    if (removed !== deletions) throw createRemovalCountFailure(removed, deletions);
    if (isEmptyPlan(plan)) return { result: { id: null, resources }, objects: [] };
    throwFirstRefusal(await writeAndVerify(session.asker, writer, received, plan));
    const id = createId(session.surroundings);
    return {
      result: { id, resources },
      objects: [{ thing: "restore", id }],
      detail: { manifest, resources, ...(plan.becomesMirror && { mirroredAt: received.mirroredAt }) },
    };
  });
};

/** Throws the first refusal, if there is one. @throws Failure `input-rejected` */
const throwFirstRefusal = ([refusal]: RestorePlan["refusals"] | readonly RestoreRefusal[]): void => {
  if (refusal !== undefined)
    throw createInputFailure(`${refusal.resource}: ${refusal.id ?? ""}`, refusal.detail, SHOW_ALL_REFUSALS_HINT);
};

const PLAN_OUTDATED_FAILURE = new Failure("conflict", {
  what: text(
    "the tenant or the bundle has changed since the plan was shown; nothing was changed",
    "計画の表示後にテナントか引き継ぎデータが変更されたため、何も変更していません",
  ),
  hint: text("run the command again", "もう一度実行してください"),
});

const createRemovalCountFailure = (removed: number, confirmed: number): Failure =>
  new Failure("input-rejected", {
    what: text(
      `the plan removes ${formatCount(removed, "record")}, not ${confirmed}; nothing was changed`,
      `計画で削除されるのは ${removed} 件です。指定された ${confirmed} 件と異なるため、何も変更していません`,
    ),
    where: "query.deletions",
  });
