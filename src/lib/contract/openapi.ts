import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import { EXAMPLES } from "./examples.ts";
import { ALL_ROUTES, type Route } from "./index.ts";

const ABOUT = `The tenant API of clomoctl: it is how the command line talks to a tenant, in the same process or over HTTP.

This API is the project's own. There is no public CLOMO API, and this is not one: it does not reach the maker's service, and the maker is not involved in it.

- Every failure is an RFC 9457 problem object whose \`type\` is a code and whose texts are in English and Japanese.
- Unknown query parameters and unknown keys of JSON bodies are refused.
- Imports are planned first and committed by the plan's ETag: a plan made for another state of the tenant is refused with 409.
- Every POST accepts an Idempotency-Key.
- Lists of rows are NDJSON, exports CSV in UTF-8; both are streamed.
- HEAD works wherever GET does; other methods are answered with 405.`;

const TAGS = [
  { name: "tenant", description: "The tenant itself" },
  { name: "orgs", description: "Organisations (組織)" },
  { name: "users", description: "PANEL users (利用者) and their custom fields" },
  { name: "secured", description: "Users and groups of the SECURED APPs" },
  { name: "imports", description: "CSV imports: plan, review, commit, revert; exchange with the console" },
  { name: "renewals", description: "What expires, who renews it, and the notices sent" },
];

type Content = Readonly<Partial<Record<string, object>>>;

const withExample = (content: Content, example: unknown, line = example): Content =>
  Object.fromEntries(
    Object.entries(content).map(([type, media]) => [
      type,
      { ...media, example: type === "application/x-ndjson" ? line : example },
    ]),
  );

/** A route with its examples, which only the document needs. */
const illustrated = (route: Route): RouteConfig => {
  const { answer, line, body } = EXAMPLES.get(route.operationId ?? "") ?? {};
  const responses: RouteConfig["responses"] = {};
  for (const [status, response] of Object.entries(route.responses)) {
    const shown = status.startsWith("2") && "content" in response;
    responses[status] = shown ? { ...response, content: withExample(response.content ?? {}, answer, line) } : response;
  }
  const sent = route.request?.body;
  const request =
    sent === undefined || body === undefined
      ? route.request
      : { ...route.request, body: { ...sent, content: withExample(sent.content, body) } };
  return { ...route, request, responses } as RouteConfig;
};

/**
 * The contract as an OpenAPI 3.1 document, in the order of the routes; deterministic.
 *
 * @param version of the program
 */
export const openApiDocument = (version: string): object => {
  const app = new OpenAPIHono();
  for (const route of ALL_ROUTES) app.openAPIRegistry.registerPath(illustrated(route));
  const { webhooks: _, ...document } = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "clomoctl tenant API", version, description: ABOUT, license: { name: "MIT" } },
    servers: [{ url: "http://127.0.0.1:8080", description: "clomoctl serve" }],
    tags: TAGS,
  });
  return document;
};
