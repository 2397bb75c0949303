"""The words by which automatic mail is known, as patterns over folded text.

Folded is: one line, lower case, ё as е (`values.fold`). Every pattern takes linear time.
"""

from __future__ import annotations

import re
from typing import Final

_REPLY: Final = r"(?:re|ha|на|отв|ответ|aw|sv)\s?(?:\[\d{1,3}\])?:\s{0,3}"
_START: Final = r"^\W{0,5}"

REPLY_PREFIX: Final = re.compile(rf"{_START}{_REPLY}")
"""«Re:», «Отв:»: a person's programme puts it, and so do some responders."""

AUTO_SUBJECT: Final = re.compile(
    rf"{_START}(?:{_REPLY}){{0,4}}\W{{0,3}}"
    r"(?:автоматическ(?:ий|ое|и) (?:ответ|уведомлени|сообщени)\w{0,3}"
    r"|авто-?\s?ответ\w{0,4}|вне офиса|нет на (?:рабочем )?месте|нет в офисе|не в офисе"
    r"|automatic(?:ally generated)? (?:reply|response)|auto[- ]?(?:reply|response|matic reply)"
    r"|out of (?:the )?office|ooo\b|away from (?:the |my )?(?:office|desk)|autoreply"
    r"|vacation (?:reply|response|message)|absence du bureau|abwesenheit"
    r"|i am out of)"
)
ABSENT_SUBJECT: Final = re.compile(
    rf"{_START}(?:{_REPLY}){{0,4}}\W{{0,3}}"
    r"(?:я в отпуске|(?:нахожусь|буду) в (?:отпуске|командировке)|в отпуске|в командировке"
    r"|на больничном|отсутству(?:ю|ет)|буду отсутствовать|отпуск(?:\s|$|,|:)|меня нет)"
)
"""Words that a person may put there too: the text decides."""

BOUNCE_SUBJECT: Final = re.compile(
    rf"{_START}(?:не удается доставить|не удалось доставить|не удалось отправить"
    rf"|недоставлен\w{{0,4}}"
    r"|не доставлен\w?|отказ (?:в|от) доставк|невозможно доставить|доставка невозможна|недоставк"
    r"|(?:ваше |почтовое )?(?:сообщение|письмо|отправление) (?:\w{1,12} )?не (?:было )?доставлено"
    r"|ошибка (?:при )?доставк|сбой доставк|возврат (?:письма|почты|сообщения)"
    r"|возвращен\w{1,3} (?:письмо|сообщение|почта)"
    r"|(?:отчет|уведомление|сообщение) (?:о|об) (?:недоставк|невозможности доставк|ошибке доставк"
    r"|недоставлен|сбое доставк)|undeliver|non-?delivery|returned (?:mail|to sender|email|message)"
    r"|mail (?:delivery )?(?:fail|error|returned)|mail could not be delivered|delivery status notif"
    r"|delivery (?:has )?fail|delivery notification: delivery has failed|failure notice"
    r"|failed mail|mail system error|message (?:undeliverable|could not be delivered|not delivered)"
    r"|permanent error|rejected:|нет такого (?:пользователя|адреса)|user unknown|nondeliverable)"
)
DELAY_SUBJECT: Final = re.compile(
    rf"{_START}(?:(?:доставка|отправка) (?:\w{{1,15}} ){{0,2}}(?:отложен|задерж)"
    rf"|задержка (?:в )?доставк"
    r"|(?:ваше )?(?:сообщение|письмо) (?:\w{1,15} )?(?:задерж|отложен)|уведомление о задержке"
    r"|delayed|delivery (?:is )?delay|(?:mail|message) delay"
    r"|warning: (?:could not send|message .{0,40}delayed)|delivery notification: .{0,20}delayed"
    r"|delivery status notification \(delay\)|undelivered mail .{0,30}still being retried)"
)
DELIVERED_SUBJECT: Final = re.compile(
    rf"{_START}(?:(?:доставлено|ретранслировано|передано|delivered|relayed|expanded)\s?:"
    r"|delivery status notification \((?:success|relay)|successful mail delivery|успешная доставка"
    r"|(?:уведомление|отчет) о доставке|delivery (?:receipt|report)"
    r"|(?:ваше )?(?:сообщение|письмо) доставлено)"
)
BOUNCE_TEXT: Final = re.compile(
    r"(?:письмо|сообщение) отклонено|"
    r"this is the qmail-send program|i(?:'m| am) afraid i wasn't able to deliver"
    r"|(?:could not|cannot|can not|couldn't|unable to|failed to) (?:be delivered|deliver|reach)"
    r"|(?:has|have|was) (?:not|n't) (?:been )?delivered|delivery (?:to .{1,200} )?(?:has )?failed"
    r"|undeliverable|permanent(?:ly)? (?:error|fail|fatal)|fatal errors|returned to sender"
    r"|user unknown|no such (?:user|mailbox)|mailbox (?:is )?(?:full|unavailable)|quota exceeded"
    r"|не (?:удалось|удается) доставить|не (?:было |может быть )?доставлен|невозможно доставить"
    r"|почтовый ящик (?:\w{1,20} )?(?:переполнен|не существует|заблокирован)"
    r"|пользовател\w{1,3} (?:\w{1,20} )?не (?:существует|найден)"
    r"|адрес\w{0,3} не (?:существует|найден)"
)
DELAY_TEXT: Final = re.compile(
    r"(?:will be|still being|continue to be|keep) (?:retr|try)"
    r"|has not (?:yet )?been delivered (?:yet|after)"
    r"|no action is required on your part|you do not need to resend|warning message only"
    r"|повторяться в течение|попытки (?:доставки )?(?:будут )?(?:продолж|повтор)"
    r"|(?:пока|еще) не доставлен|доставка (?:\w{1,15} )?(?:задерж|отложен)"
)
READ_SUBJECT: Final = re.compile(
    rf"{_START}(?:(?:(?:не )?прочитано|(?:не )?прочтено|(?:удалено )?без прочтения|удалено|read"
    r"|not read|deleted|отображено)\s?[:(]"
    r"|(?:уведомление|подтверждение|отчет|квитанция|извещение) (?:о|об|за)?\s?(?:прочтени|прочитан"
    r"|открыти|просмотр)"
    r"|(?:ваше |это )?(?:сообщение|письмо) (?:было )?(?:прочитано|прочтено)"
    r"|return receipt|read(?:ing)? receipt|disposition notif|read notification"
    r"|message (?:was )?read|lesebest)"
)
READ_TEXT: Final = re.compile(
    r"(?:было|была|были|было открыто и) (?:прочитан|прочтен|отображен|показан|удален|открыт)"
    r"|(?:письмо|сообщение) (?:\S{1,60} ){0,6}(?:прочитано|прочтено|удалено|отображено|просмотрено)"
    r"|(?:прочитано|прочтено|удалено без прочтения|отображено)(?: получателем)?[: ]{1,3}\d"
    r"|(?:прочитал|прочел|открыл)\w?(?:\([аи]\))? ваше (?:письмо|сообщение)"
    r"|без прочтения|(?:уведомление|подтверждение|расписка|квитанция) о (?:прочтени|просмотр)"
    r"|was (?:read|displayed|deleted|opened)|has been (?:read|displayed|opened)|without being read"
    r"|return receipt (?:only|for)|no guarantee that the message has been read"
)
MAILER: Final = re.compile(
    r"(?:^|[<\s\"])(?:mailer[-_]?daemon|postmaster|mail[-_]?daemon|microsoftexchange\w*|mdaemon"
    r"|mail[-_.]?(?:delivery|system|router)\w{0,12}|bounces?(?:[-+]\S{0,120})?"
    r"|maildelivery)(?:@|$|>)"
    r"|mail delivery (?:sub)?system|mail router|^system administrator|системный администратор <"
)
"""A post office's own names, in the raw From field."""

QUARANTINE_SENDER: Final = re.compile(
    r"(?:^|[<\s\"])(?:[\w.-]{0,30}(?:virus|quarantine|karantin|kaspersky|drweb|ksmg"
    r"|antispam|spamfilter"
    r"|mailscanner|mailsecurity|protection|sandbox)[\w.-]{0,30}|postmaster|mailer-daemon|security"
    r"|no-?reply|admin(?:istrator)?|root)@"
)
QUARANTINE_SUBJECT: Final = re.compile(
    r"карантин|quarantin|вирус|virus|malware|заражен|infected|вредонос|зловред|опасное вложение"
    r"|заблокирован\w{0,3} (?:письм|сообщен|вложен)|(?:письмо|сообщение|вложение) заблокирован"
    r"|(?:message|attachment|mail) (?:was |has been )?(?:blocked|removed|held)"
    r"|spam (?:digest|report|summary)"
    r"|сводка (?:о |по )?спам|отчет о спаме|нежелательн\w{1,4} (?:почт|сообщ|письм)"
)
RECALL_TEXT: Final = re.compile(
    r"хотел(?:а|\(а\)|и)? бы отозвать сообщение|(?:желает|хочет|пытается"
    r"|просит) отозвать (?:сообщение|письмо)"
    r"|would like to recall the message|отзыв сообщения .{1,200}(?:выполнен|удал|не удал)"
    r"|message recall (?:report|success|failure)"
)
RECALL_SUBJECT: Final = re.compile(
    rf"{_START}(?:отозвать|отзыв|recall|message recall (?:report|success|failure)"
    r"|отчет об отзыве|отозвано)\s?[:(]?"
)
MEETING_SUBJECT: Final = re.compile(
    rf"{_START}(?:(?:принято|отклонено|под вопросом|с оговоркой|условно принято"
    rf"|предварительн\w{{1,4}}"
    r"(?: принято)?|приглашение|обновленное приглашение|отменено|перенесено|предложено новое время"
    r"|accepted|declined|tentative(?:ly accepted)?|cancell?ed|invitation|updated invitation"
    r"|new time proposed)\s?[:(])"
)
REACTION_TEXT: Final = re.compile(
    r"(?:отреагировал|прореагировал)\w?(?:\([аи]\))? на ваше (?:сообщение|письмо)"
    r"|(?:отреагировал|прореагировал)\w?(?:\([аи]\))? (?:через|с помощью|в) (?:gmail|outlook)"
    r"|reacted (?:to your (?:message|email)|via gmail|in outlook)|liked your message"
    r"|поставил\w?(?:\([аи]\))? (?:реакцию|отметку «?нравится»?)"
    r"|понравилось ваше (?:сообщение|письмо)"
)
REACTION_DIGEST: Final = re.compile(
    rf"{_START}(?:reaction (?:daily )?digest|(?:ежедневная |дневная )?(?:сводка|дайджест) реакций)"
)

SAYS_AUTOMATIC: Final = re.compile(
    r"(?:это|данное (?:письмо|сообщение)\s{0,2}[-–—]?) {0,2}(?:автоматический ответ"
    r"|автоответ|автоматическое сообщение)"
    r"|автоматический ответ(?:чик)?\W|\bавтоответ(?:чик)?\W"
    r"|this is an? auto(?:matic|mated)?[- ]?(?:reply|response|generated)"
    r"|automatic(?:ally generated)? (?:reply|response)"
)
ABSENT: Final = re.compile(
    r"(?<!\w)(?:нахожусь|буду находиться|ушел|ушла|я|буду)\s(?:\S{1,15}\s){0,3}"
    r"(?:в\s(?:\w{1,20}\s){0,3}(?:отпуске|отпуску|отпуск|командировк\w|отъезде|отгуле|декрете)"
    r"|на\s(?:больничном|сессии|обучении|учебе|лечении|курсах))"
    r"|(?:^|[.!?,]\s|\s)(?:отсутствую|буду отсутствовать)(?:\s|\W)"
    r"|меня (?:не будет|нет)\s(?:\S{1,20}\s){0,3}(?:на|в)\s(?:рабочем|работе|месте|офисе|городе)"
    r"|(?:^|[.!?]\s)в (?:\w{1,20} )?(?:отпуске|командировке) (?:с|до|по) \d"
    r"|не смогу (?:\w{1,20} )?(?:прочитать|ответить|оперативно)"
    r"|(?:i am|i'm|i will be|currently) (?:\w{1,15} )?(?:out of (?:the )?office"
    r"|on (?:\w{1,15} )?(?:leave|vacation|holiday)"
    r"|away|travelling|traveling)|out of (?:the )?office"
)
"""The writer himself is away."""

SOMEBODY_ABSENT: Final = re.compile(
    r"(?:находится|ушел|ушла"
    r"|сотрудник)\s(?:\S{1,15}\s){0,3}(?:в\s(?:\w{1,20}\s){0,3}(?:отпуске|отпуск|командировке)"
    r"|на\sбольничном)|отсутствует\sна\s(?:рабочем\s)?месте|временно\sотсутствует"
)
"""The responder speaks of the owner of the mailbox in the third person."""

YOUR_LETTER: Final = re.compile(
    r"ваше\s(?:письмо|сообщение|обращение)\s(?:\S{1,20}\s){0,3}(?:будет|прочит|рассмотр"
    r"|перенаправ|перешл"
    r"|не будет|получено|прочт)"
    r"|(?:прочитаю|отвечу|свяжусь|рассмотрю)\s(?:\S{1,20}\s){0,4}(?:по возвращени|после"
    r"|как только|когда)"
    r"|(?:по|в) (?:срочным|неотложным|экстренным|срочных|экстренных) (?:вопросам|делам|случаях)"
    r"|если\s(?:у вас\s)?(?:вопрос|дело|есть срочн)\w{0,3}\s?(?:\S{1,20}\s){0,2}(?:срочн|не терпит)"
    r"|в случае (?:срочн|крайней|острой|необходимост)|доступ\w{0,2} к (?:рабочей )?почт"
    r"|urgent (?:matters|requests|questions|issues)|if (?:it is|it's|your \w{1,12} is) urgent"
    r"|(?:reply|respond|get back|answer)\s(?:\S{1,15}\s){0,4}(?:when i|upon|on my return|after)"
    r"|limited access to (?:e-?mail|my)"
)
SOMEBODY_ELSE: Final = re.compile(
    r"по возвращени|после возвращени|после выхода|вернусь|выйду на работу"
    r"|(?:меня |его |ее )?(?:замещает|подменяет|исполняет обязанности)"
    r"|по (?:всем|возникающим|рабочим|текущим)?\s?вопросам (?:\S{1,20}\s){0,2}(?:обращ|звон|пиш)"
    r"|(?:прошу|просьба|можно|пожалуйста,?) (?:обращаться|писать|звонить|связаться)"
    r"|(?:обращайтесь|обращаться) к |please contact|contact my|will return|back on|until"
)
"""Marks that prove an absence only where the writer says of himself that he is away."""

ABOUT_ABSENCE: Final = re.compile(
    r"(?<!\w)(?:отпуск|командировк|больничн|отсутству|вне офиса|не в офисе|в отъезде|декрет|отгул"
    r"|нет на (?:рабочем )?месте|не на (?:рабочем )?месте|меня не будет|меня нет|вернусь"
    r"|out of (?:the )?office|vacation|annual leave|on leave|holiday|i am away|i'm away)"
)
