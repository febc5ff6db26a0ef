import { createHash } from "node:crypto";
import { commandName, line } from "../../advice/index.ts";
import type { ReceivedPart } from "../../contract/multipart.ts";
import type { RestoreResult, RestorePlan } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { resourceAt } from "../../handover/bundle/contents.ts";
import { blocksOf } from "../../handover/bundle/lines.ts";
import { isBefore } from "../../handover/compare/ids.ts";
import { lineReader } from "../../handover/compare/record.ts";
import { resourceOf, STAYS, type ResourceName } from "../../handover/resources.ts";
import { counted, text, type Text } from "../../text/index.ts";
import { instant, newId, sha256 } from "../ids.ts";
import type { Session } from "../session.ts";
import { latestRevision } from "../store/collections.ts";
import type { KeptRequest } from "../store/idempotency.ts";
import {
  compareLines,
  countPlan,
  findBreaches,
  findRefusals,
  FoundRefusals,
  firstOther,
  isResource,
  KEY,
  LINES,
  listRemovals,
  MAX_REFUSALS,
  PLAN,
  readRestored,
  type PlannedResource,
  type RestoreRefusal,
  type StagedBundle,
} from "./restores/plan.ts";
import { NUMBERS, NUMBERS_KEY } from "./restores/observed.ts";
import { besideMaker, targetOf, TRAVELLING } from "./restores/targets.ts";
import { FORGETTING, writePlan } from "./restores/write.ts";
import type { RuleProblem } from "../../rules/rule.ts";
import type { Scratch, Value, Writer } from "../store/store.ts";
import { isMirror, setMirrored } from "../records/tenant-rows.ts";
import { judgeOf } from "./judge.ts";

/** What a request says besides what it sends. */
interface RestoreRequest {
  /** names of resources, with commas between */
  readonly only?: string | undefined;
  /** when what is sent last came from the console; undefined: it never did */
  readonly mirroredAt?: string | undefined;
}

interface CommitRequest extends RestoreRequest {
  readonly deletions: number;
  readonly manifest?: string | undefined;
  /** of the plan that was seen */
  readonly etag: string;
  readonly once: KeptRequest | undefined;
}

/** What was sent, on the tenant's side of the wire: closing it leaves nothing of it. */
interface ReceivedBundle extends AsyncDisposable {
  readonly staged: StagedBundle;
  /** why records cannot be, by themselves */
  readonly refusals: FoundRefusals;
  /** when it last came from the console */
  readonly mirroredAt: string | undefined;
  /** a hash of all that was taken */
  readonly content: string;
}

/** Lines that are written at once. */
const AT_ONCE = 500;

/** @throws Failure `usage` for a name that is no resource's, and for one that stays */
const chosenOf = (only: string | undefined): readonly ResourceName[] => {
  if (only === undefined) return TRAVELLING;
  for (const name of only.split(",")) {
    if (isResource(name) && TRAVELLING.includes(name)) continue;
    const { stays } = isResource(name) ? resourceOf(name) : {};
    const why =
      stays === undefined ? text("there is none of this name", "この名前のリソースはありません") : STAYS[stays];
    throw new Failure("usage", {
      what: text(`${name} cannot be applied: ${why.en}`, `「${name}」は適用できません: ${why.ja}`),
      where: "only",
      hint: text(`resources: ${TRAVELLING.join(", ")}`, `リソース: ${TRAVELLING.join(", ")}`),
    });
  }
  return TRAVELLING.filter((name) => only.split(",").includes(name));
};

/**
 * Takes the files of an export, outside of any transaction. A bundle may have been made by anybody, with hashes that fit.
 *
 * @throws Failure `input-rejected` for files and lines that no export has
 */
const receive = async (
  { store, surroundings }: Session,
  parts: AsyncIterable<ReceivedPart>,
  { only, mirroredAt }: RestoreRequest,
): Promise<ReceivedBundle> => {
  const chosen = chosenOf(only);
  const lines = await store.scratch(LINES, KEY);
  const plan = await store.scratch(PLAN, KEY);
  const numbers = await store.scratch(NUMBERS, NUMBERS_KEY);
  const close = async (): Promise<void> => {
    await numbers[Symbol.asyncDispose]();
    await plan[Symbol.asyncDispose]();
    await lines[Symbol.asyncDispose]();
  };
  try {
    const hash = createHash("sha256");
    const refusals = new FoundRefusals();
    const judging = { isOfConsole: mirroredAt !== undefined, now: instant(surroundings) };
    const sent = new Set<ResourceName>();
    for await (const { name, content } of parts) {
      const resource = resourceAt(name);
      if (resource === undefined || !TRAVELLING.includes(resource)) throw refused(name, NOT_APPLIED);
      if (!chosen.includes(resource)) continue;
      sent.add(resource);
      hash.update(`${name}\n`);
      await stage(resource, content, { name, lines, hash, refusals, judge: judgeOf(resource, judging) });
    }
    const resources = TRAVELLING.filter((name) => sent.has(name));
    const { isOfConsole } = judging;
    const staged = { lines: lines.name, plan: plan.name, numbers: numbers.name, resources, isOfConsole };
    return { staged, refusals, mirroredAt, content: hash.digest("hex"), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
};

const SEE_ALL = text(
  `see all reasons: ${line("handover apply", ["BUNDLE"], { dryRun: true })}`,
  `すべての理由を見るには: ${commandName("handover apply")} 引き継ぎデータ --dry-run`,
);

const NOT_APPLIED = text("this file is not applied to a tenant", "テナントに適用するファイルではありません");

const refused = (where: string, what: Text, hint?: Text): Failure =>
  new Failure("input-rejected", { what, where, hint });

interface StagedPart {
  readonly name: string;
  readonly lines: Scratch;
  readonly hash: ReturnType<typeof createHash>;
  readonly judge: ReturnType<typeof judgeOf>;
  /** gets what the rules refuse */
  readonly refusals: FoundRefusals;
}

/** Takes the lines of a resource: as an export writes them, in the order of their ids. @throws Failure `input-rejected` */
const stage = async (
  resource: ResourceName,
  content: AsyncIterable<Uint8Array>,
  { name, lines, hash, judge, refusals }: StagedPart,
): Promise<void> => {
  const { fields, single } = resourceOf(resource);
  const [read, besideOf] = [lineReader(fields), besideMaker(resource)];
  let [number, last] = [0, ""];
  let rows: Value[][] = [];
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const { buffer, byteOffset, length } of content) {
      const chunk = Buffer.from(buffer, byteOffset, length);
      hash.update(chunk);
      yield chunk;
    }
  }
  for await (const block of blocksOf(hashed(), name)) {
    const found = block.toString("utf8").split("\n");
    if (found.pop() !== "") throw refused(name, CUT);
    for (const line of found) {
      number += 1;
      const where = `${name}:${number}`;
      const record = read(line);
      if ("fault" in record && typeof record.fault === "object") throw refused(where, record.fault as Text);
      const id = String((record as Readonly<Record<string, unknown>>)["id"]);
      if (single === true ? id !== resource || number > 1 : last !== "" && !isBefore(last, id)) {
        throw refused(where, NOT_IN_ORDER);
      }
      last = id;
      for (const problem of judge(record)) {
        refusals.push({ resource, id, detail: detailOf(problem) });
      }
      rows.push([resource, id, `${line}\n`, besideOf(record)]);
    }
    for (let at = 0; at < rows.length; at += AT_ONCE) await lines.add(rows.slice(at, at + AT_ONCE));
    rows = [];
  }
};

const detailOf = ({ field, what }: RuleProblem): Text =>
  field === undefined ? what : text(`${field}: ${what.en}`, `${field}: ${what.ja}`);

const CUT = text("the last line has no end", "最後の行が改行で終わっていません");
const NOT_IN_ORDER = text(
  "a record is there twice, or not in the order of ids",
  "記録が重複しているか、ID の順に並んでいません",
);

/** What is locked. */
const locksOf = ({ resources }: StagedBundle): readonly string[] => [
  ...new Set([
    ...resources.flatMap((name) => targetOf(name).collections),
    ...(FORGETTING.some((name) => resources.includes(name)) ? targetOf("answers").collections : []),
  ]),
];

/** What the console has is not changed from here: nothing of it would be there. */
const refusalOfMirror = ({ name, added, changed, removed }: PlannedResource): readonly RestoreRefusal[] => {
  const records = added + changed + removed;
  if (records === 0 || isHere(name)) return [];
  const { en, ja } = resourceOf(name).title;
  const detail = text(
    `this tenant mirrors the console, which would have nothing of this (${counted(records, "record")} of: ${en})`,
    `このテナントは管理画面のミラーのため、適用しても管理画面には反映されません(${ja} ${records} 件)`,
  );
  return [{ resource: name, id: null, detail }];
};

const isHere = (name: ResourceName): boolean => resourceOf(name).here === true;

type PlannedRestore = Omit<RestorePlan, "resources"> & { readonly resources: readonly PlannedResource[] };

/** What is left out could not be applied afterwards. */
const PART_OF_MIRROR = new Failure("input-rejected", {
  what: text(
    "the tenant would become a mirror of the console with a part of its records",
    "管理画面の一部の記録だけを持つミラーになってしまいます",
  ),
  hint: text(
    "apply all of a whole bundle, without --only; or only what is recorded here alone: --only tenant --only renewals --only answers",
    "--only を付けずに、引き継ぎデータ全体を適用してください。ここだけに記録されているものだけなら: --only tenant --only renewals --only answers",
  ),
});

/** Compares what was sent with the tenant. @throws Failure `input-rejected` for a part of a mirror */
const planned = async (
  writer: Writer,
  { staged, refusals, content, mirroredAt }: ReceivedBundle,
): Promise<PlannedRestore> => {
  const revision = await latestRevision(writer);
  await compareLines(writer, staged);
  const resources = await countPlan(writer, staged);
  const isOfMirror = await isMirror(writer);
  const becomesMirror = mirroredAt !== undefined && !isOfMirror && !staged.resources.every(isHere);
  if (becomesMirror && !TRAVELLING.every((name) => isHere(name) || staged.resources.includes(name)))
    throw PART_OF_MIRROR;
  const ofMirror = isOfMirror ? resources.flatMap(refusalOfMirror) : [];
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

/** How many records a plan removes. */
const removedBy = (resources: readonly PlannedResource[]): number =>
  resources.reduce((sum, { removed }) => sum + removed, 0);

const isNothing = ({ becomesMirror, resources }: PlannedRestore): boolean =>
  !becomesMirror && resources.every(({ added, changed, removed }) => added + changed + removed === 0);

/**
 * Makes the tenant as it is planned, and looks at what came of it.
 *
 * @returns what rules refuse of it
 * @throws Failure `input-rejected` where it is not the same
 */
const write = async (
  writer: Writer,
  { staged, mirroredAt }: ReceivedBundle,
  { becomesMirror }: PlannedRestore,
): Promise<readonly RestoreRefusal[]> => {
  if (becomesMirror) await setMirrored(writer, mirroredAt ?? null);
  await writePlan(writer, staged);
  const breaches = await findBreaches(writer, staged);
  if (breaches.length > 0) return breaches;
  await compareLines(writer, staged);
  const other = await firstOther(writer, staged);
  if (other === undefined) return [];
  const [resource, id] = [String(other["resource"]), String(other["id"])];
  throw new Failure("input-rejected", {
    what: text(
      "the tenant cannot have this record as it was exported; nothing was changed",
      "書き出されたままの内容ではこの記録を適用できないため、何も変更していません",
    ),
    where: `${resource}: ${id}`,
  });
};

/**
 * What making the tenant like an export would change. It is tried, and nothing of it stays.
 *
 * @throws Failure `input-rejected` for what no export writes, `locked`
 */
export const planRestore = async (
  session: Session,
  parts: AsyncIterable<ReceivedPart>,
  request: RestoreRequest,
): Promise<RestorePlan> => {
  await using received = await receive(session, parts, request);
  const locks = locksOf(received.staged);
  return await session.change({ action: null, locks, dryRun: true, isJudged: true }, async (writer) => {
    const plan = await planned(writer, received);
    const isTried = plan.refusals.length === 0 && !isNothing(plan);
    const breaches = isTried ? await write(writer, received, plan) : [];
    const refusals = [...plan.refusals, ...breaches.slice(0, MAX_REFUSALS)];
    const refused = plan.refused + breaches.length;
    return { result: { ...plan, refusals, refused, resources: [...plan.resources] }, objects: [] };
  });
};

/**
 * Makes the tenant like an export, all of it or nothing, in one transaction. Nothing is kept of what was sent.
 *
 * @throws Failure `conflict` where plan, tenant or content are not what was seen; `input-rejected` for another number of
 *   removals, and where something of it cannot be; otherwise as {@link planRestore}
 */
export const restore = async (
  session: Session,
  parts: AsyncIterable<ReceivedPart>,
  { etag, deletions, manifest, once, ...request }: CommitRequest,
): Promise<RestoreResult> => {
  await using received = await receive(session, parts, request);
  const replay = async (reader: Parameters<typeof readRestored>[0], id: string): Promise<RestoreResult> => {
    const { resources } = (await readRestored(reader, id)) as Pick<RestoreResult, "resources">;
    return { id, resources };
  };
  const locks = locksOf(received.staged);
  const change = {
    action: "handover.apply",
    writer: "apply",
    isJudged: true,
    locks,
    once: once && { ...once, replay },
  } as const;
  return await session.change<RestoreResult>(change, async (writer) => {
    const plan = await planned(writer, received);
    if (plan.etag !== etag) throw CHANGED;
    refuseFirst(plan.refusals);
    const [resources, removed] = [[...plan.resources], removedBy(plan.resources)];
    if (removed !== deletions) throw otherRemovals(removed, deletions);
    if (isNothing(plan)) return { result: { id: null, resources }, objects: [] };
    refuseFirst(await write(writer, received, plan));
    const id = newId(session.surroundings);
    return {
      result: { id, resources },
      objects: [{ thing: "restore", id }],
      detail: { manifest, resources, ...(plan.becomesMirror && { mirroredAt: received.mirroredAt }) },
    };
  });
};

/** @throws Failure `input-rejected` if there is a refusal */
const refuseFirst = ([refusal]: RestorePlan["refusals"] | readonly RestoreRefusal[]): void => {
  if (refusal !== undefined) throw refused(`${refusal.resource}: ${refusal.id ?? ""}`, refusal.detail, SEE_ALL);
};

const CHANGED = new Failure("conflict", {
  what: text(
    "the tenant or the bundle has changed since the plan was shown; nothing was changed",
    "計画の表示後にテナントか引き継ぎデータが変更されたため、何も変更していません",
  ),
  hint: text("run the command again", "もう一度実行してください"),
});

const otherRemovals = (removed: number, confirmed: number): Failure =>
  new Failure("input-rejected", {
    what: text(
      `the plan removes ${counted(removed, "record")}, not ${confirmed}; nothing was changed`,
      `計画の削除は ${removed} 件で、${confirmed} 件ではありません。何も変更していません`,
    ),
    where: "deletions",
  });
