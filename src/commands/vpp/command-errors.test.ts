import { OPERATIONS } from "../../lib/model/role.ts";
import {
  testRefusedInMirror,
  testNotPermitted,
  testRefusals,
  testTenantFailures,
  testWrongLines,
} from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

testWrongLines(
  ["vpp tokens list --all", "--all"],
  ["vpp tokens set --org S01", "FILE"],
  ["vpp tokens set a.vpptoken", "--org"],
  ["vpp tokens verify x", "x"],
);

testRefusedInMirror(
  "renewals guide vpp-token",
  "vpp tokens set none.vpptoken --org none",
  "vpp tokens verify --org none",
);

const AT_ADE = { ade: example("ade") };

testTenantFailures(
  { line: "vpp tokens list", failing: "vppTokens", code: "not-permitted" },
  {
    line: "vpp tokens set a.vpptoken --org S01",
    failing: "setVppToken",
    tenant: { ...AT_ADE, findOrgs: example("findOrgs") },
    files: { "a.vpptoken": "x" },
  },
);

testNotPermitted(["vpp tokens set none.vpptoken --org x", OPERATIONS["apple.write"].about.en]);

testRefusals(
  { line: "vpp tokens set a.vpptoken --org S01", exit: 6, en: "a.vpptoken", tenant: AT_ADE },
  {
    line: "vpp tokens set a.vpptoken --org S01",
    exit: 3,
    en: "the file is too large for a content token",
    ja: "大きすぎます",
    tenant: AT_ADE,
    files: { "a.vpptoken": Buffer.alloc(300_000) },
  },
);
