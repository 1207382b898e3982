// Pages of docs/, rendered by vite.config.ts.
declare module "*.md" {
  const html: string;
  export default html;
}
