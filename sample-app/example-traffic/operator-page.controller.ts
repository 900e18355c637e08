import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Operators</title>
    <script type="module" src="/v2/operatorportal/element.js"></script>
    <script type="module" src="operators/page.js"></script>
  </head>
  <body>
    <webhooks-operator-portal heading="Sample POS operations"></webhooks-operator-portal>
    <noscript>This page needs JavaScript.</noscript>
  </body>
</html>
`;

// The token stays in memory only: after a reload, open the link again.
const SCRIPT = `
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
history.replaceState(null, '', location.pathname);
document.body.style.margin = '0';
document.querySelector('webhooks-operator-portal').getToken = () => token;
`;

/** A page of this app that contains the operator console as an element, as a back office would. */
@Controller('operators')
@ApiExcludeController()
export class OperatorPageController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-cache')
  page(): string {
    return PAGE;
  }

  @Get('page.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  @Header('cache-control', 'no-cache')
  script(): string {
    return SCRIPT;
  }
}
