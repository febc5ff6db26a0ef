import type { Answer, HandoverEnd } from "../../../lib/client/index.ts";
import { consoleKnowledge, writtenDown, type AttachedFile } from "../../../lib/handover/not-known.ts";
import { pathOfResource, resourceOf, RESOURCE_NAMES, type ResourceName } from "../../../lib/handover/resources.ts";
import { SCHEMA, type Manifest, type ManifestResource } from "../../../lib/handover/bundle/manifest.ts";
import type { TenantProfile } from "../../../lib/model/tenant.ts";
import type { WrittenParts } from "./parts.ts";

/** What the tenant said of each resource, as the manifest has it. */
const resourcesOf = ({ end, written }: WrittenParts): ManifestResource[] =>
  RESOURCE_NAMES.map((name) => {
    const { stays, leftOut = [] } = resourceOf(name);
    return {
      name,
      state: end.states[name] ?? "not-supported",
      records: end.records[name] ?? 0,
      sha256: written.get(`resources/${name}.ndjson`)?.sha256 ?? null,
      stays: stays ?? null,
      leftOut: [...leftOut, ...(end.hidden[name] ?? [])],
    };
  });

/** The answers that are exported; none where they are not. */
const answersIn = (parts: WrittenParts): readonly Answer[] => recordsIn(parts, "answers") as readonly Answer[];

const recordsIn = ({ read }: WrittenParts, name: ResourceName): readonly unknown[] =>
  (read.get(pathOfResource(name)) ?? "")
    .split("\n")
    .flatMap((line): readonly unknown[] => (line === "" ? [] : [JSON.parse(line)]));

/** What a bundle that is being written has of what only the console knows. */
export const knowledgeIn = (manifest: Manifest, parts: WrittenParts): ReturnType<typeof consoleKnowledge> =>
  consoleKnowledge(manifest, (recordsIn(parts, "tenant") as readonly TenantProfile[])[0]);

/** What a bundle says of itself, before what its checklist lacks is known. */
export const manifestOf = (
  parts: WrittenParts,
  {
    program,
    language,
    encoding,
    newline,
    only,
    asOf,
    attached = [],
  }: {
    readonly program: string;
    readonly language: Manifest["language"];
    /** of the CSV files, and whether a BOM begins them: `utf-8-bom` */
    readonly encoding: string;
    readonly newline: string;
    readonly only: readonly ResourceName[];
    readonly asOf: string;
    readonly attached?: readonly AttachedFile[] | undefined;
  },
): Manifest => {
  const { tenant, mirroredAt, administratorsKnown, lastUpdatedAt, auditHead, scope, partial, files }: HandoverEnd =
    parts.end;
  const others = [...parts.written.keys()].filter((path) => !path.startsWith("resources/"));
  return {
    schema: SCHEMA,
    program,
    tenant: { name: tenant, mirroredAt },
    asOf,
    lastUpdatedAt,
    auditHead,
    language,
    encoding,
    newline,
    only: only.length === 0 ? null : RESOURCE_NAMES.filter((name) => only.includes(name)),
    scope,
    ...(partial && ({ partial } as const)),
    ...(mirroredAt !== null && !administratorsKnown && ({ administratorsUnasked: true } as const)),
    resources: resourcesOf(parts),
    files: others.map((path) => ({
      path,
      records: files[path] ?? null,
      ...(parts.inUtf8.has(path) && { encoding: "utf-8" }),
    })),
    notKnownHere: writtenDown(answersIn(parts), attached),
    gaps: [],
  };
};
