import { html } from './html-text.ts';
import { PAGE_STYLE } from './page-style.ts';

/** One page that needs nothing else: to print, or to send. States are words and symbols, so that it can be read in black and white. */
export function pageFrame(title: string, header: string, main: string, footer: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${html(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
${header}
</header>
<main>
${main}
</main>
<footer>${footer}</footer>
</body>
</html>
`;
}
