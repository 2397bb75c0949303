"""HTML as mail programs write it of themselves, and as somebody writes who hides words in it.

«V» stands for the words.
"""

from __future__ import annotations

OF_PROGRAMS = {
    "emclient": (
        '<html><head><style id="css_styles" type="text/css"><!--blockquote.cite'
        " { margin-left: 5px; margin-right: 0px; padding-left: 10px; padding-ri"
        "ght:0px; border-left: 1px solid #cccccc } blockquote.cite2 {margin-lef"
        "t: 5px; margin-right: 0px; padding-left: 10px; padding-right:0px; bord"
        "er-left: 1px solid #cccccc; margin-top: 3px; padding-top: 0px; } a img"
        " { border: 0px; } table { border-collapse: collapse; } li[style='text-"
        "align: center;'], li[style='text-align: right; '] { list-style-positio"
        "n: inside;} body { font-family: Segoe UI; font-size: 12pt; } .quote { "
        "margin-left: 1em; margin-right: 1em; border-left: 5px #ebebeb solid; p"
        "adding-left: 0.3em; }--></style></head><body><div>V</div></body></html"
        ">"
    ),
    "kmail": (
        '<!DOCTYPE HTML><html><head><meta name="qrichtext" content="1" /><style'
        ' type="text/css">p, li { white-space: pre-wrap; } hr { height: 1px; bo'
        'rder-width: 0; } li.unchecked::marker { content: "\\2610"; }</style></h'
        "ead><body style=\" font-family:'Noto Sans'; font-size:10pt; font-weight"
        ':400; font-style:normal;"><p style=" margin-top:0px; margin-bottom:0px'
        "; margin-left:0px; margin-right:0px; -qt-block-indent:0; text-indent:0"
        'px;">V</p></body></html>'
    ),
    "thebat": (
        '<html><head><title>Re</title><META http-equiv=Content-Type content="te'
        'xt/html; charset=utf-8"><meta http-equiv="Content-Style-Type" content='
        '"text/css"><style type="text/css"><!-- body {margin: 5px 5px 5px 5px; '
        "background-color: #ffffff;} /* ========== Text Styles ========== */ hr"
        " { color: #000000} body, table, td /* Normal text */ { font-size: 9pt;"
        " font-family: 'Courier New'; font-style: normal; font-weight: normal; "
        "color: #000000; text-decoration: none; } span.rvts1 { font-size: 11pt;"
        " color: #000080; } a.rvts7, span.rvts7 { color: #0000ff; text-decorati"
        "on: underline; } --></style></head><body><p><span class=rvts1>V</span>"
        "</p></body></html>"
    ),
    "samsung": (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charse'
        't=UTF-8"></head><body dir="auto"><div dir="auto">V</div><div dir="auto'
        '"><br></div><div id="composer_signature" dir="auto"><div style="font-s'
        'ize:12px;color:#575757" dir="auto">Отправлено с устройства Galaxy</div'
        '></div><div><br></div><div align="left" dir="auto" style="font-size:10'
        '0%;color:#000000"><div>-------- Исходное сообщение --------</div><div>'
        "От: МЦУ &lt;mcu@okrug.example&gt; </div></div></body></html>"
    ),
    "outlook old": (
        '<html xmlns:o="urn:x"><head><!--[if gte mso 9]><xml><o:shapedefaults v'
        ':ext="edit" spidmax="1026" /></xml><![endif]--><style><!-- p.MsoPlainT'
        'ext, li.MsoPlainText{mso-style-priority:99; mso-style-link:"Текст Знак'
        '"; margin:0cm; font-size:10.0pt; font-family:Consolas;} span.EmailStyl'
        "e17{mso-style-type:personal; color:#1F497D;} --></style></head><body l"
        "ang=RU link=blue vlink=purple><div class=Section1><p class=MsoNormal><"
        "span style='mso-ansi-language:RU;font-size:11.0pt;color:#1F497D;mso-th"
        "emecolor:text2'>V<o:p></o:p></span></p><div style='mso-element:para-bo"
        "rder-div;border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm "
        "0cm 0cm'><p class=MsoNormal><b>From:</b> МЦУ<br><b>Sent:</b> Monday, N"
        "ovember 23, 2026 9:00 AM<br><b>To:</b> Зам<br><b>Subject:</b> На согла"
        "сование</p></div><p class=MsoNormal>Просим согласовать</p></div></body"
        "></html>"
    ),
    "zimbra": (
        '<html><body><div style="font-family: arial, helvetica, sans-serif; fon'
        't-size: 12pt; color: #000000"><div>V</div><br><div data-marker="__SIG_'
        'POST__">Иванов</div></div></body></html>'
    ),
    "yandex": (
        "<div style=\"font-family:'ys text' , 'arial' , sans-serif;font-size:16p"
        'x;line-height:normal">V</div><div></div><div>23.11.2026, 09:00, "МЦУ" '
        "&lt;mcu@okrug.example&gt;:</div><blockquote><p>Просим</p></blockquote>"
    ),
    "mailru": (
        '<HTML><BODY><div style="font-family:Arial,sans-serif;font-size:15px;co'
        'lor:#000000;background:#ffffff">V</div><div><br></div><div data-signat'
        'ure-widget="container"><div data-signature-widget="content"><div>--<br'
        ">Илья</div></div></div></BODY></HTML>"
    ),
    "lotus": (
        '<font size=2 face="sans-serif">V</font><br><br><br><table width=100%><'
        'tr valign=top><td><font size=1 color=#5f5f5f face="sans-serif">From:</'
        'font><td><font size=1 face="sans-serif">x</font></table>'
    ),
    "owa2010": (
        '<html dir="ltr"><head><style id="owaParaStyle" type="text/css">P {marg'
        'in-top:0;margin-bottom:0;}</style></head><body ocsi="0" fpstyle="1"><d'
        'iv style="direction: ltr;font-family: Tahoma;color: #000000;font-size:'
        ' 10pt;">V<div><br></div></div></body></html>'
    ),
    "o365": (
        '<html><head><style type="text/css" style="display:none;"> P {margin-to'
        'p:0;margin-bottom:0;} </style></head><body dir="ltr"><div class="eleme'
        'ntToProof" style="text-align: left; text-indent: 0px; background-color'
        ": rgb(255, 255, 255); margin: 0px; font-family: Aptos, Aptos_EmbeddedF"
        'ont, Calibri; font-size: 12pt; color: rgb(36, 36, 36);">V</div></body>'
        "</html>"
    ),
    "word table": (
        "<table class=MsoNormalTable border=0 cellspacing=0 cellpadding=0 style"
        "='border-collapse:collapse;mso-yfti-tbllook:1184;mso-padding-alt:0cm 0"
        "cm 0cm 0cm'><tr style='mso-yfti-irow:0;height:15.0pt'><td width=64 val"
        "ign=top style='width:48.0pt;border:solid windowtext 1.0pt;mso-border-a"
        "lt:solid windowtext .5pt;padding:0cm 5.4pt 0cm 5.4pt;height:15.0pt'><p"
        " class=MsoNormal style='margin-bottom:0cm;line-height:normal;mso-line-"
        "height-rule:exactly'>V</p></td></tr></table>"
    ),
    "paste word": (
        '<p class="MsoNormal" style="margin:0cm 0cm 8pt;line-height:107%;font-s'
        "ize:11pt;font-family:Calibri,sans-serif;text-align:justify;text-indent"
        ':35.4pt"><span style="font-size:14pt;line-height:107%;font-family:&quo'
        't;Times New Roman&quot;,serif;color:black;background:white">V</span></'
        "p>"
    ),
    "tb": (
        '<html><head><meta http-equiv="content-type"></head><body text="#000000'
        '" bgcolor="#FFFFFF"><p>V<br></p><div class="moz-cite-prefix">23.11.202'
        '6 9:00, МЦУ пишет:<br></div><blockquote type="cite" cite="mid:x"><meta'
        '><title></title><div style="max-width:640px">Просим</div></blockquote>'
        "</body></html>"
    ),
    "huawei": (
        '<div data-diy="x" style="font-size:16px;line-height:normal;white-space'
        ':pre-wrap;text-align:start">V</div>'
    ),
    "spark": (
        '<html xmlns="x"><head><title></title></head><body><div name="messageBo'
        'dySection"><div dir="auto" style="-webkit-tap-highlight-color: transpa'
        'rent;">V</div></div></body></html>'
    ),
    "gmail paste": (
        '<div dir="ltr"><span style="color:rgb(32,33,36);font-family:Roboto,Ari'
        "al;font-size:14px;font-style:normal;font-variant-ligatures:normal;lett"
        "er-spacing:normal;text-align:start;white-space:normal;background-color"
        ":rgb(255,255,255);text-decoration-style:initial;display:inline;float:n"
        'one">V</span></div>'
    ),
    "samsung dark": '<div style="background-color:#010101;color:#fafafa"><div>V</div></div>',
    "roundcube": (
        "<html><head><meta /></head><body style='font-size: 10pt; font-family: "
        'Verdana,Geneva,sans-serif\'><p id="v1">V</p><div id="signature">-- <br '
        '/><div class="pre" style="margin: 0; padding: 0; font-family: monospac'
        'e">Илья</div></div></body></html>'
    ),
    "outlook2007 list": (
        "<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level"
        "1 lfo1;tab-stops:list 36.0pt'><![if !supportLists]><span style='mso-li"
        "st:Ignore'><span style='font:7.0pt \"Times New Roman\"'>&nbsp; </span></"
        "span><![endif]>V</p>"
    ),
}
"""By whose mail programs."""

TRICKS = {
    "two bodies": '<body>a<body style="display:none">V',
    "two bodies late": '<p>V</p><body text="#ffffff">',
    "two html": "<html><html hidden><p>V</p>",
    "style shown": '<style style="display:block">Не </style><p>V</p>',
    "sheet style shown": "<style>style,title{display:block}</style><title>Не</title><p>V</p>",
    "cc mso": "<!--[if mso]><p>Не</p><![endif]--><p>V</p>",
    "charset rule": '<style>@charset "a";p{display:none}</style><p>V</p>',
    "font shorthand": '<p style="font:italic bold .1em/1 serif">V</p>',
    "em via nested sheet": "<style>b{font-size:90%}</style>" + "<b>" * 20 + "V",
    "h6 in sheet": "<style>p{color:white}</style><p>V</p>",
    "style in comment end": "<style><!-- p{display:none} --></style><p>V</p>",
    "upper tag": "<STYLE>P{DISPLAY:NONE}</STYLE><P>V</P>",
    "attr entity": '<p style="display&#58;none">V</p>',
    "xml ns": "<w:sdt>V</w:sdt>",
    "vanish": '<p style="mso-hide:all">V</p>',
    "bg white on grey": '<div style="background:#fff"><p style="color:#ddd">V</p></div>',
    "inherit ground": (
        '<div style="background:#004400;color:#fff"><p style="background:#fff">V</p></div>'
    ),
    "link colour": '<body link="#fff"><a href=x>V</a></body>',
    "link sheet": "<style>a:link{color:#fff}</style><a href=x>V</a>",
    "image over": '<p style="background-image:url(x)">V</p>',
    "columns": '<p style="columns:9999">V</p>',
    "flex": ('<div style="display:flex;flex-direction:row-reverse"><span>V</span></div>'),
    "rotate": '<p style="rotate:90deg">V</p>',
    "scale prop": '<p style="scale:0">V</p>',
    "text-fill": '<p style="-webkit-text-fill-color:transparent">V</p>',
    "text-security": '<p style="-webkit-text-security:disc">V</p>',
    "writing": '<p style="writing-mode:vertical-rl">V</p>',
    "line-clamp": '<p style="-webkit-line-clamp:1">V</p>',
    "blend": '<p style="mix-blend-mode:screen">V</p>',
    "inset": '<p style="position:relative;inset:-999px">V</p>',
    "translate": '<p style="translate:-999px">V</p>',
    "bigmargin": '<p style="margin:0 0 0 -999px">V</p>',
    "padding": '<p style="padding-left:99999px">V</p>',
    "indent rem": '<p style="text-indent:-99rem">V</p>',
    "tiny pc": '<p style="font-size:0.1pc">V</p>',
    "exp": '<p style="font-size:1e-3px">V</p>',
    "neg zero": '<p style="font-size:-5px">V</p>',
    "newline": '<p style="display:\nnone">V</p>',
}
"""None of them shows the words, or these words alone, in every program."""
