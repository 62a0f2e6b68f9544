"""What people at an English-speaking organisation ask their help desk, and how it goes on (see `scene` for the notation)."""

SCENES = """
= Laptop {host} does not charge any more | laptop | 2 2 | hardware
Hello, my laptop {host} says "plugged in, not charging" since yesterday. I tried the socket in room {room} and a colleague's
charger: no change. Battery is at 18 %, so I can still send this.
agent: Hi {first}, thank you for trying another charger, that saves us a step. Could you shut it down completely, hold the power
button for 30 seconds and start it again?
user: Done. It charged for two minutes and stopped again.
note: Third E14 of this batch with the same board fault. Warranty until March, serial is in the inventory.
up: Tried: other charger, other socket, power drain, firmware is current. Suspected: charging circuit. Needed: warranty case and a
loan device, she travels on Thursday.
agent: {first}, the maker sends a technician with a new board. Until then there is a loan laptop with your profile at the counter.
hold: third_party
fixed: The mainboard was replaced today and the battery holds its charge. Please bring the loan laptop back when it suits you.

= New laptop for our starter on the 1st | starter | 3 2 | onboarding,hardware
Good morning, {colleague} joins our team in {site} on the first of next month. We need a laptop, a phone and the usual accounts.
The desk is number {room}.
due: 10d
agent: Hello {first}, congratulations on the new colleague. Which of these does he or she need: CAD workstation or office laptop?
And may I have the cost centre?
user: Office laptop please, cost centre 4410. Access to the projects share as well.
tag: cost-centre
agent: Thank you. Accounts are prepared and will be active on the first morning at 7:00.
fulfilled: Laptop, phone and badge lie ready at the counter; the first password is in a sealed envelope with reception.

= Printer {printer} prints stripes | printer | 3 2 | printing
Every page from {printer} on floor {floor} has three grey stripes. We print plans for a client today.
agent: Thank you, {first}. I have sent your job queue to the printer next door meanwhile, so please collect your plans there.
note: Drum at 3 %. Nobody ordered one because the counter page was never switched on for this model.
hold: third_party
fixed: The drum is new and the test page is clean.

= Cannot print double-sided from {app} | printer | 3 3 | printing
The option for both sides is greyed out in {app} since this morning. It works from the browser.
agent: Hi {first}, this comes with the new driver. Please open Printer properties, tab Device settings, and set "Duplex unit" to
installed.
user: That was it, thank you!
answered: Glad it works. We are rolling the setting out to everybody so that nobody else has to look for it.

= VPN disconnects every ten minutes | vpn | 2 2 | vpn,home
I work from home on Tuesdays and the VPN drops every ten minutes or so. Teams recovers, but {app} does not and I lose what I typed.
The client shows code {code}.
file: vpn-client.log
agent: Hello {first}, thank you for the log, very helpful. It shows that your router renews its address each time. Could you try with
the cable instead of Wi-Fi for an hour?
user: With the cable it is the same.
up: Tried: cable, other profile, client 5.2. Believed: keep-alive of the new gateway is shorter than that of home routers. Needed:
somebody who may see the gateway's settings.
note: Confirmed on the gateway: dead-peer detection at 30 s. Changing to 120 s in tonight's window.
fixed: We changed a timer on our side. You were connected for six hours today without a break. Please write if it comes back.
again: It was fine for two days and now it drops again, about once an hour.
agent: Thank you for telling us. Since last night you come in through the second gateway, which still has the old timer.
fixed: Both gateways have the new setting now.

= VPN client asks for a certificate | vpn | 2 2 | vpn
Since the update I see "no valid certificate found" and cannot connect at all. I have a call with a client at 3.
prio: 2 1
agent: {first}, I can see your certificate expired at midnight. Please connect the laptop to any office network once, or come by: it
takes five minutes.
user: I am in the {site} office today, where do I plug in?
agent: Any blue socket will do, then lock and unlock the screen.
fixed: Your new certificate is valid for a year. The reminder that should have come to you two weeks ago went to an old address, which
is corrected.

= Wi-Fi is slow in meeting room {room} | wifi | 2 3 | wifi
In meeting room {room} the Wi-Fi is so slow that video calls freeze. Next door it is fine. It is always between 10 and 12.
agent: Hi {first}, thank you, the time of day helps. I am looking at the access point's history.
note: Channel 36 shared with the neighbours' new access point. Move to 100 and lower the power on the corridor unit.
up: Tried: client side is clean. Believed: channel overlap with the tenant next door since the 3rd. Needed: change of the radio plan.
fixed: The access point uses another channel now; we measured 210 Mbit/s in the room at 11 o'clock.

= Guest Wi-Fi voucher for Thursday | wifi | 3 2 | wifi,visitors
We expect twelve guests on Thursday. Could we have vouchers for the guest network, valid for the day?
due: 3d
fulfilled: Twelve vouchers are attached to the booking of the room, valid on Thursday from 8 to 18. Reception has them on paper too.
user: Perfect, thank you.

= Forgot my password over the holidays | password | 3 1 | password
Sorry, I am back from two weeks off and my password is gone from my head. I am at extension {ext}.
agent: Welcome back, {first}! I will call you on {ext} in a minute to check that it is you.
fixed: You chose a new password on the phone with me. A tip: the self-service page can do this at any hour once you register a phone.

= Account locked again and again | password | 2 2 | password
My account is locked three times a day and I do not type anything wrong. It started when I changed my password.
agent: Hello {first}, something still uses the old password. Do you have an old phone or a second computer with mail on it?
user: There is a tablet at home, I will look tonight.
note: Lockouts come from an ActiveSync device, last seen 6:40.
user: The tablet still had the old password. Since I changed it there nothing was locked.
answered: Well found. I have removed two more devices from your account that were not used for a year.

= Need access to the project share of {site} | rights | 3 2 | access
Please give me read and write access to the folder of the {site} project. My manager is {colleague}.
agent: Hi {first}, I have asked {colleague} for approval, as for every project folder.
hold: third_party
fulfilled: {colleague} agreed. The folder is in your explorer after you sign in again.

= Please remove the access of a leaver | rights | 2 2 | access,leaver
{colleague} left us on Friday. Please lock the account, forward the mail to me for three months and hand over the files.
agent: Thank you, {first}. The account is locked, sessions are ended and the badge is off. For the mail I need the written consent
that personnel keeps; I have asked them.
hold: third_party
fulfilled: Personnel confirmed. Mail is forwarded until the end of the quarter and the files are in your team's folder.

= Excel crashes with the monthly report | office | 2 2 | excel
When I open the monthly report, Excel closes without any message. Other files are fine. This blocks the closing.
file: report-error.png
agent: Hi {first}, I opened the file here and it crashes for me too, so it is not your computer. I am looking for the sheet that does
it.
note: External link to a file on the old server, 1.2 million named ranges.
workaround: I removed 1.2 million stray names from the file; it opens in three seconds now. The copy lies beside the original. For next
month please start from this one.

= Outlook keeps asking for my password | email | 2 2 | mail
Outlook asks for the password every few minutes, I type it and it asks again. On the phone mail works.
agent: Hello {first}, please close Outlook, open the credential manager and remove everything that begins with "MicrosoftOffice". I
can do it with you if you like, just call.
user: I removed four entries and it has been quiet for an hour.
fixed: Good. The entries came from the migration last weekend.

= A mail to our client came back | email | 2 1 | mail
My mail with the drawings was refused: "552 message size exceeds limit". It is 38 MB. I have to send it before noon.
file: returned-mail.txt
agent: {first}, our limit is 50 MB, the client's is 25. Please use the transfer page: drop the drawings there and send the link.
user: Sent, they have it. Thanks for the speed.
answered: You are welcome. The limit of the other side is always in the text that came back.

= Shared mailbox for the {site} tender | email | 3 3 | mail
Could we have a shared mailbox for the {site} tender? Members: me, {colleague} and the two interns.
agent: Hi {first}, gladly. Shall mails sent from it carry the mailbox as the sender, or your name?
user: The mailbox please.
fulfilled: The mailbox is there. Restart Outlook once and it shows up below your own.

= Strange mail with an invoice, I clicked | phishing | 1 1 | phishing
I got a mail about an unpaid invoice and opened the link before I noticed the address. I typed my password. I am so sorry!
prio: 1 1
agent: {first}, well done for telling us at once. Your sessions are ended and your password is blocked now. Please do not touch the
computer until we call you in a minute.
note: Sessions revoked 10:42, no forwarding rules, sign-in from abroad 10:39 without second factor refused.
up: Tried: sessions ended, password blocked, mailbox rules clean. Believed: only the password leaked. Needed: search for the same mail
in all mailboxes and block of the domain.
agent: We found the same mail in six mailboxes and removed it everywhere. Nobody else clicked.
fixed: You have a new password and a second factor. Nothing was taken. Thank you again: four minutes from click to call is the best we
have had.

= Is this mail genuine? | phishing | 3 2 | phishing
I received a parcel notice in the name of our carrier. The link looks odd to me. I did not click.
file: suspicious.txt
answered: You were right, it is a fake: the link goes to a domain registered yesterday. We blocked it for everybody. Please delete the
mail.

= Second monitor stays black | monitor | 3 2 | hardware
After the move to desk {room} my second monitor stays black. The first one works. Both cables are in.
agent: Hi {first}, could you tell me whether the little light at the monitor is white or orange?
user: Orange.
agent: Then it gets no picture. Please use the other port of the dock, the one marked with a lightning.
fixed: The dock has one port for power only, and movers love it. We put a sticker on it.

= Docking station does not wake up | monitor | 3 2 | hardware
In the morning the docking station does not recognise my laptop {host}. I have to pull all cables, wait and plug them in again.
agent: Hello {first}, this sounds like the firmware from spring. May I install the new one at lunch? It takes ten minutes, the screens
go dark once.
user: Yes, any time after 12.
fixed: Firmware 1.0.24 is on it. It woke up ten times out of ten with me.
again: This morning it was dead again.
note: Exchange it, serial range is on the maker's list.
fixed: You have a new docking station. The old one goes back to the maker.

= Headset for video calls | phone | 3 3 | hardware
My headset crackles in every call. May I have a new one? I am in {site}, desk {room}.
fulfilled: A new headset is in the post to {site}. Please put the old one into the return bag.
closes:

= Desk phone {ext} has no dial tone | phone | 2 2 | phone
Phone {ext} is dead since the weekend. The display shows "registering".
agent: Hi {first}, the electricians worked on your floor on Saturday. I am checking the switch port.
fixed: The port had fallen back into the wrong network. Your phone registered at 9:14 and I have called you to try it.

= Mobile contract: data used up abroad | phone | 3 2 | phone
I am in Vienna for a week and my data volume is used up after two days. Can you book some more?
fulfilled: 10 GB are booked and active until you are back. Maps and photo backup used most of it: backups wait for Wi-Fi now.

= {app} licence expired | licence | 2 1 | licence
{app} says that my licence expired and opens read-only. I have a deadline tonight.
prio: 2 1
agent: {first}, I have moved a free licence to you. Please close {app} and open it again in five minutes.
user: Works! You saved my evening.
fixed: The renewal is ordered for the whole team, so that this does not happen again next year.

= Request for {app} on my computer | licence | 3 3 | licence
For the new project I need {app}. {colleague} has approved the cost.
agent: Thank you, {first}. I have the approval and ordered the licence.
hold: third_party
fulfilled: {app} is in the software centre on {host}. Click Install, no restart needed.

= {app} is slow since Monday | app | 2 2 | performance
Opening a drawing in {app} takes two minutes since Monday; before it took ten seconds. {colleague} sees the same.
watch:
agent: Hi {first}, two reports with the same Monday tell me it is the server, not you. Which project is it?
user: Everything in the {site} folder.
up: Tried: local copy opens at once. Believed: antivirus scans the share since the policy of Sunday. Needed: exclusion as before.
note: Exclusion had been lost in the migration of the policy. Restored, and added to the checklist.
fixed: Opening takes nine seconds again. The virus scanner had begun to read each drawing in full.

= Wrong totals in the timesheet | app | 2 2 | timesheet
My timesheet shows 31 hours for last week, I worked 39. Thursday is missing although I entered it.
file: timesheet.png
agent: Hello {first}, I see Thursday in the log: it was saved as a draft. I am asking the maker why it did not ask you.
hold: third_party
fixed: The draft is booked and the total is right. From the next version the page warns about drafts.

= Backup of a folder I deleted by mistake | backup | 2 2 | restore
I deleted the folder "Elevations final" on the projects share this morning, around 9. Can you bring it back?
agent: {first}, no harm done: there is a copy of last night and one of 8 o'clock. I take the later one.
fixed: The folder is back with all 214 files as of 8:00. What you changed between 8 and 9 is not in it.
user: Everything is there. You are wonderful.

= Computer {host} restarts by itself | laptop | 2 2 | hardware
My computer restarts two or three times a day with a blue screen. Code {code}.
file: minidump.txt
agent: Hi {first}, thank you for writing down the code. It points to the memory. May I have the computer for an hour?
user: You can take it during lunch.
note: Memtest finds errors on module 2 after four minutes.
fixed: One memory module was faulty and is replaced. It ran for a night of tests without a restart.

= Laptop is very hot and loud | laptop | 3 3 | hardware
My laptop sounds like a hair dryer even when I only write mails.
agent: Hello {first}, a tray application has used a full core for days; I ended it from here. Is it quiet now?
user: Yes, at last.
fixed: It was the update helper of the scanner. We removed it from all computers.

= Update broke my scanner | scanner | 3 2 | hardware
After the update {app} does not find the scanner any more. We scan contracts every day.
agent: Hi {first}, which of these do you see in the device list: the scanner with a yellow sign, or no scanner?
user: A yellow sign.
workaround: The driver of the update does not fit your scanner. I put the former one back and stopped updates for this device until the
maker has a new one.

= Badge does not open the door of the archive | badge | 3 2 | badge
My badge opens all doors but the archive on floor {floor}.
agent: Hello {first}, the archive is on a list of its own. I have asked its owner, {colleague}.
hold: third_party
declined: {colleague} asks that you book a time with him and does not open the archive for new badges at present. Please talk to him
directly.

= Projector in room {room} shows only blue | projector | 2 1 | meeting
The projector in {room} shows a blue screen and 15 people are waiting. Can someone come?
agent: I am on my way, {first}.
fixed: The input was set to a port without a cable. A card with the three steps now hangs beside the remote.

= Move of our team to floor {floor} | move | 3 3 | move
We move on the last Friday of the month: 9 desks with screens, phones and the plotter. What do you need from us?
due: 14d
agent: Thank you for the early word, {first}. Please fill in the seating plan; then we label everything on Thursday.
user: The plan is attached.
file: seating-plan.png
agent: Perfect. On Friday at 15:00 please log off and leave everything as it is.
hold: 9d
fulfilled: All nine desks work. Two network sockets were dead and are repaired.

= Two accounts for one person | rights | 3 3 | access
I have two accounts since my name changed. Mail goes to one and the calendar is in the other.
agent: Congratulations, {first}! I will merge them this evening; please stay signed out from 18 to 19.
fixed: One account, one mailbox, one calendar. Your former address still works.

= Teams cannot share the screen | office | 2 2 | meeting
When I share the screen in Teams the others see black. My camera works.
agent: Hi {first}, is it the same in the browser?
user: In the browser it works.
workaround: Hardware acceleration is off for you now, which cures it until the next version of the graphics driver is out.

= Calendar shows wrong times | office | 3 2 | mail
Meetings made by our colleagues in Rome appear one hour late since Sunday.
agent: Hello {first}, the clocks changed on Sunday and one server had not heard of it. You are not the only one.
fixed: The server knows now; meetings made before are corrected as well.

= Plotter on floor {floor} is offline | printer | 2 2 | printing
The plotter is offline since the power cut. We turned it off and on.
agent: Hi {first}, does its display show an address that begins with 10?
user: It shows 169.254.
fixed: It had lost its fixed address. It is back, and I put it on a small UPS.

= Where do I find the form for travel costs? | question | 3 3 | question
I looked on the intranet and found three versions of the form for travel costs. Which one is right?
answered: The one on the page of Finance, with the year in its name. I asked them to take the other two down, and they did.

= Please install fonts for the new brand | licence | 3 3 | brand
The agency sent our new brand fonts. Please install them for the communication team, five people.
file: font-list.txt
agent: Thank you, {first}. Do you have the licence for five seats in writing?
user: Yes, it is in the invoice, I will forward it.
hold: requester
fulfilled: The fonts are on all five computers. They appear after a restart of the programs.

= Server room is warm | server | 1 1 | facility
The thermometer at the door of the server room shows 31 degrees and something beeps.
prio: 1 1
agent: Thank you, {first}, we are there in two minutes.
note: Cooling unit 2 stopped, unit 1 at full power. Facility called at 7:52.
up: Tried: unit 2 restarted, stops again. Believed: clogged condenser. Needed: cooling company, and shutdown of the test servers.
agent: The test servers are off and it is 27 degrees. The technician is expected at 10.
fixed: The condenser was cleaned; 21 degrees since noon. A sensor now sends a message at 25.
"""
