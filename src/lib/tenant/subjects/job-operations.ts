import { JOB_RUN_FIELDS } from "../../model/job.ts";
import { operation } from "./operation.ts";
import { listJobs } from "./job-rows.ts";

export const jobs = {
  list: operation({
    route: "GET /v1/jobs",
    about: "List the commands that run without a terminal, each with its last run",
    // errors may contain personal names, as audit records do
    needs: ["audit.read"],
    run: ({ session }) => session.read(listJobs),
  }),
  add: operation({
    route: "POST /v1/jobs",
    about: "Record a run of a job",
    input: ({ z, buildFieldSchemas }) => z.strictObject(buildFieldSchemas(JOB_RUN_FIELDS)),
    needs: ["jobs"],
    changes: false,
    run: async ({ session }, given) => (await import("./jobs.ts")).addJobRun(session, given),
  }),
  forget: operation({
    route: "DELETE /v1/jobs",
    about: "Forget a job that no longer runs",
    input: ({ z }) => z.strictObject({ job: z.string() }),
    needs: ["tenant.write"],
    changes: false,
    run: async ({ session }, { job }) => (await import("./jobs.ts")).forgetJob(session, job),
  }),
};

export type { Job, JobRun } from "../../model/job.ts";
